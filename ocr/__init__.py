"""紙を読む: an image in, readings out. Knows forms; knows neither Flask nor the database."""
