package io.millrace.delta.parquet;

import java.io.IOException;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.flink.table.data.RowData;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.OutputFile;

/** parquet-java's own writer: every type, nested ones included. */
final class ParquetJavaEncoder implements RowEncoder {
  private final ParquetWriter<RowData> writer;
  private final ZstdCodecs codecs;
  private final LongSupplier written;

  /**
   * @param written how many bytes the file has
   * @param plainColumns dotted paths of columns that are not dictionary encoded
   */
  ParquetJavaEncoder(
      OutputFile file,
      LongSupplier written,
      RowDataWriteSupport support,
      ParquetOptions options,
      Set<String> plainColumns)
      throws IOException {
    this.written = written;
    codecs = new ZstdCodecs(options.zstdLevel());
    Builder builder =
        new Builder(file, support)
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(codecs)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withRowGroupSize(options.rowGroupBytes())
            .withPageSize(options.pageBytes())
            .withDictionaryPageSize(options.dictionaryBytes())
            .withSizeStatisticsEnabled(false);
    for (String column : plainColumns) {
      builder.withDictionaryEncoding(column, false);
    }
    writer = builder.build();
  }

  @Override
  public void write(RowData row) throws IOException {
    writer.write(row);
  }

  @Override
  public long size() {
    return writer.getDataSize();
  }

  @Override
  public long memoryBytes() {
    return Math.max(0, writer.getDataSize() - written.getAsLong());
  }

  @Override
  public ParquetMetadata finish() throws IOException {
    writer.close();
    return writer.getFooter();
  }

  @Override
  public void abandon() {
    codecs.release();
  }

  private static final class Builder extends ParquetWriter.Builder<RowData, Builder> {
    private final RowDataWriteSupport support;

    Builder(OutputFile file, RowDataWriteSupport support) {
      super(file);
      this.support = support;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<RowData> getWriteSupport(Configuration configuration) {
      return support;
    }

    @Override
    protected WriteSupport<RowData> getWriteSupport(ParquetConfiguration configuration) {
      return support;
    }
  }
}
