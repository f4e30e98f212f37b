"""様式: what is asked. Pure: no Flask, no SQLAlchemy, no cv2; only forms.web imports WTForms."""
