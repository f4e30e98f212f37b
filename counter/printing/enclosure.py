"""The pages of a sent document as one PDF: our own JPEGs, put in as they are."""

import io

import pypdfium2

LONGEST = 842.0  # points; the longer side of A4


def to_pdf(pages: tuple[bytes, ...]) -> bytes:
    made = pypdfium2.PdfDocument.new()
    try:
        for jpeg in pages:
            image = pypdfium2.PdfImage.new(made)
            image.load_jpeg(io.BytesIO(jpeg), inline=True)
            width, height = image.get_px_size()
            scale = LONGEST / max(width, height)
            image.set_matrix(pypdfium2.PdfMatrix().scale(width * scale, height * scale))
            page = made.new_page(width * scale, height * scale)
            page.insert_obj(image)
            page.gen_content()
            page.close()
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()
    finally:
        made.close()
