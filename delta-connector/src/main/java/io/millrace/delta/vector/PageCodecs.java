package io.millrace.delta.vector;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ParquetDecodingException;
import org.xerial.snappy.Snappy;

/**
 * Decompression of pages in one call, array to array, for the codecs that Delta tables have; others
 * go through parquet-java's. Owned by one reader; {@link #release} frees native memory.
 */
final class PageCodecs implements CompressionCodecFactory {
  private final CodecFactory others = new CodecFactory(new PlainParquetConfiguration(), 0);

  /** Larger pages have to say in their compressed form, too, how large they are. */
  private static final int UNTOLD_BYTES_MAX = 64 << 20;

  private final Zstandard zstandard = new Zstandard();

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only read here");
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case ZSTD -> zstandard;
      case SNAPPY -> SnappyPages.INSTANCE;
      default -> others.getDecompressor(codec);
    };
  }

  @Override
  public void release() {
    zstandard.close();
    others.release();
  }

  /** Before memory is reserved: a page's header is not covered by the page's checksum. */
  private static void requireSize(int size, long known) {
    if (size < 0 || size != known) {
      throw new ParquetDecodingException(
          "a page of %d bytes says that it has %d".formatted(known, size));
    }
  }

  private static BytesInput whole(byte[] raw, int length) {
    if (length != raw.length) {
      throw new ParquetDecodingException(
          "a page of %d bytes has become %d".formatted(raw.length, length));
    }
    return BytesInput.from(raw);
  }

  private static final class Zstandard implements BytesInputDecompressor {
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();

    @Override
    public BytesInput decompress(BytesInput page, int size) throws IOException {
      ByteBuffer bytes = page.toByteBuffer();
      byte[] source = bytes.hasArray() ? bytes.array() : page.toByteArray();
      int from = bytes.hasArray() ? bytes.arrayOffset() + bytes.position() : 0;
      int length = Math.toIntExact(page.size());
      if (size < 0 || size > UNTOLD_BYTES_MAX) {
        requireSize(size, Zstd.getFrameContentSize(source, from, length));
      }
      byte[] raw = new byte[size];
      return whole(raw, context.decompressByteArray(raw, 0, size, source, from, length));
    }

    @Override
    public void decompress(ByteBuffer input, int length, ByteBuffer output, int size) {
      throw new UnsupportedOperationException("pages are on the heap here");
    }

    @Override
    public void release() {
      // The factory's to free: one context serves all columns.
    }

    void close() {
      context.close();
    }
  }

  private enum SnappyPages implements BytesInputDecompressor {
    INSTANCE;

    @Override
    public BytesInput decompress(BytesInput page, int size) throws IOException {
      ByteBuffer bytes = page.toByteBuffer();
      byte[] source = bytes.hasArray() ? bytes.array() : page.toByteArray();
      int from = bytes.hasArray() ? bytes.arrayOffset() + bytes.position() : 0;
      int length = Math.toIntExact(page.size());
      requireSize(size, Snappy.uncompressedLength(source, from, length));
      byte[] raw = new byte[size];
      return whole(raw, Snappy.uncompress(source, from, length, raw, 0));
    }

    @Override
    public void decompress(ByteBuffer input, int length, ByteBuffer output, int size) {
      throw new UnsupportedOperationException("pages are on the heap here");
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }
}
