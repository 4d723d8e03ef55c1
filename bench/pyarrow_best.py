"""Writes the table of some Parquet files again in each of pyarrow's encodings; prints the least size."""

import io
import sys

import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = ["long", "double", "latitude", "longitude", "elevation"]


def size(table, dictionary, encodings, level, rows):
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        use_dictionary=dictionary,
        column_encoding=encodings,
        compression="zstd",
        compression_level=level,
        row_group_size=rows,
    )
    return sink.getbuffer().nbytes


def variants():
    texts = ["class", "labels"]
    delta = {"timestamp": "DELTA_BINARY_PACKED"}
    by_number = dict(delta, long="DELTA_BINARY_PACKED", double="BYTE_STREAM_SPLIT")
    for level in (3, 9):
        yield texts, {}, level
        yield texts + NUMBERS, delta, level
        yield texts, by_number, level


table = pa.concat_tables([pq.read_table(name) for name in sys.argv[1:]])
print(min(size(table, d, e, level, rows) for d, e, level in variants() for rows in (131072, 1048576)))
