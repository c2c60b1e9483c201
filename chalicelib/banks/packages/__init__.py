"""Packages of questions as other programs write and read them: QTI, GIFT, spreadsheets."""
