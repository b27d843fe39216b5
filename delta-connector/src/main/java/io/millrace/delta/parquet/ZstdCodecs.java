package io.millrace.delta.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard for parquet-java without Hadoop's codec classes: one native context and one output
 * array for all pages of a writer, where the stock codec makes a stream per page. Owned by one
 * thread; {@link #release} frees native memory.
 */
final class ZstdCodecs implements CompressionCodecFactory {
  private final PageCompressor compressor;

  ZstdCodecs(int level) {
    compressor = new PageCompressor(level);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    if (codec != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("codec is " + codec + ", expected ZSTD");
    }
    return compressor;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are only written here");
  }

  @Override
  public void release() {
    compressor.release();
  }

  /** Compresses one page at a time. */
  static final class PageCompressor implements BytesInputCompressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private byte[] output = {};

    PageCompressor(int level) {
      context.setLevel(level);
      context.setContentSize(true);
    }

    /** What is returned is valid until the next call. */
    @Override
    public BytesInput compress(BytesInput page) throws IOException {
      byte[] raw = page.toByteArray();
      int length = compress(raw, 0, raw.length);
      return BytesInput.from(output, 0, length);
    }

    /** Compresses into {@link #output}; returns the length. */
    int compress(byte[] raw, int offset, int length) {
      int bound = Math.toIntExact(Zstd.compressBound(length));
      if (output.length < bound) {
        output = new byte[bound];
      }
      return context.compressByteArray(output, 0, output.length, raw, offset, length);
    }

    byte[] output() {
      return output;
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {
      context.close();
    }
  }
}
