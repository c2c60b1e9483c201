"""What a fresh copy on one machine has to show: four courses in Vietnamese, and people who learn them."""
