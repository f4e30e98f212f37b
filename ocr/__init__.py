"""紙を読む: an image in, readings out. Knows forms; knows neither Flask nor the database."""

import os

# Threads of the matrix library cost more than they bring for matrices as small as ours, and starve a busy machine.
# It works only if numpy was not imported yet; whoever starts the process may set it earlier or otherwise.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
