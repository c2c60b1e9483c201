"""Work of more than a second: a job's item is the truth, the queue only a hint that there is something to do."""
