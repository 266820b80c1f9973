"""The office itself: how it presents itself on pages, letters and mails."""
