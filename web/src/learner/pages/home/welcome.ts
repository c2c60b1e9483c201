import { words } from '$lib/words.svelte';

export const t = words(
  {
    welcome: 'Học kỹ năng số, miễn phí',
    welcomeHelp: 'Xem trước khoá học và học thử bài đầu tiên ngay, chưa cần đăng ký.',
    courses: 'Khoá học',
    all: 'Xem tất cả khoá học',
    signIn: 'Đăng nhập để giữ tiến độ',
    closed: 'Khoá học ở đây dành cho người của đơn vị',
    closedHelp: 'Đăng nhập bằng tài khoản hoặc mã kích hoạt mà đơn vị đã gửi cho bạn.',
    enter: 'Đăng nhập',
    activate: 'Tôi có mã kích hoạt',
    none: 'Chưa có khoá học nào',
    noneHelp: 'Đơn vị đang chuẩn bị khoá học. Bạn quay lại sau nhé.',
  },
  {
    welcome: 'Learn digital skills, free of charge',
    welcomeHelp: 'Look at the courses and read a first lesson at once, before you register.',
    courses: 'Courses',
    all: 'All courses',
    signIn: 'Sign in to keep your progress',
    closed: 'The courses here are for people of the organisation',
    closedHelp: 'Sign in with the account or the activation code that it sent you.',
    enter: 'Sign in',
    activate: 'I have an activation code',
    none: 'There is no course yet',
    noneHelp: 'The organisation is preparing its courses. Come back soon.',
  },
);
