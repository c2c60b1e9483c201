"""What people are told, and by which way it reaches them: an inbox in the app, a letter a day, the browser's push.

Other features call one function, :func:`telling.tell`, from a request, a job or a reaction to a change:

    telling.tell(space, [asker], "thread.replied", reply_id, at=replied_at_s, link=f"/questions/{thread_id}",
                 params={"name": "Trần Văn Bình", "title": "Làm sao đổi mật khẩu?"})

- :mod:`kinds`: of what people are told, in both languages; a feature adds its kind there
- :mod:`telling`: telling people, each once, however often it is repeated
- :mod:`inbox`: what a person was told, read and unread
- :mod:`preferences`: what a person wishes to be told of, by which way; :mod:`unsubscribing`: no more letters
- :mod:`digest`: one letter a day at most
- :mod:`pushing`: the browser's push; :mod:`subscriptions`: the devices that take it
- :mod:`joining`: what two accounts that become one were told
- :mod:`announcing`: one text for everyone, an audience, or whoever else a feature can name
"""
