"""The two papers, as claims, figures and the page name them; the first is that of rows that name none."""

ARTICLES = ("Ranadive et al. 2023", "Lange et al. 2022")
