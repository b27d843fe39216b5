package io.millrace.jobs.pipeline;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.plan.PlanNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Static relations, read where the job is made: they travel with it, so that a cluster does not
 * need the project's files.
 */
final class StaticRows {
  private static final long MAX_FILE_BYTES = 64L << 20;

  private final Path project;

  StaticRows(Path project) {
    this.project = project;
  }

  /**
   * @throws MillraceException FILE_NOT_FOUND, TYPE_MISMATCH with file and line, TYPE_UNSUPPORTED
   */
  List<RowData> rows(PlanNode node) {
    if (node instanceof PlanNode.StaticRead read) {
      return csv(read.source(), node.rowType());
    }
    List<RowData> input = rows(node.inputs().get(0));
    List<RowData> result = new ArrayList<>();
    if (node instanceof PlanNode.Filter filter) {
      for (RowData row : input) {
        if (filter.condition().isTrue(row)) {
          result.add(row);
        }
      }
      return result;
    }
    if (node instanceof PlanNode.Project project) {
      FlatRow target = new FlatRow(node.rowType());
      for (RowData row : input) {
        int position = 0;
        for (Expression expression : project.expressions()) {
          expression.evaluate(row, target, position++);
        }
        result.add(target.copy());
      }
      return result;
    }
    throw new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "%s cannot run over read_files".formatted(node.name()),
        "keep the view over read_files to columns, expressions and WHERE");
  }

  private List<RowData> csv(SourceFunction.ReadFiles source, RowType type) {
    Path file = project.resolve(source.path()).normalize();
    List<RowData> rows = new ArrayList<>();
    String delimiter = source.options().getOrDefault("delimiter", ",");
    String nullValue = source.options().getOrDefault("nullValue", "");
    if (delimiter.length() != 1) {
      throw new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "read_files('%s'): delimiter is '%s'".formatted(source.path(), delimiter),
          "write one character");
    }
    // Without columns: with them Jackson makes objects of the lines.
    CsvSchema csv =
        CsvSchema.emptySchema()
            .withColumnSeparator(delimiter.charAt(0))
            .withSkipFirstDataRow(source.header());
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new MillraceException(
            ErrorCode.SQL_UNSUPPORTED,
            "%s has %d bytes, a static relation can have %d"
                .formatted(file, Files.size(file), MAX_FILE_BYTES),
            "stream it through a topic instead");
      }
      try (MappingIterator<String[]> lines =
          CsvMapper.builder()
              .enable(CsvParser.Feature.WRAP_AS_ARRAY)
              .build()
              .readerFor(String[].class)
              .with(csv)
              .readValues(file.toFile())) {
        while (lines.hasNextValue()) {
          long line = lines.getCurrentLocation().getLineNr();
          String[] cells = lines.nextValue();
          FlatRow row = new FlatRow(type);
          for (int i = 0; i < type.getFieldCount(); i++) {
            FlatRows.setValue(row, i, value(cells, i, nullValue, type, file, line));
          }
          rows.add(row);
        }
      }
    } catch (NoSuchFileException e) {
      throw new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          "read_files: there is no %s".formatted(file),
          "give a path relative to the project's folder",
          e);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED, "cannot read %s: %s".formatted(file, e.getMessage()), "check it", e);
    }
    return rows;
  }

  /** As Spark reads CSV: an empty cell is NULL, and so is what nullValue says. */
  private static @Nullable Object value(
      String[] cells, int column, String nullValue, RowType type, Path file, long line) {
    String cell = column < cells.length ? cells[column] : null;
    if (cell == null || cell.isEmpty() || cell.equals(nullValue)) {
      return null;
    }
    LogicalType cellType = type.getTypeAt(column);
    try {
      return switch (cellType.getTypeRoot()) {
        case CHAR, VARCHAR -> StringData.fromString(cell);
        case BOOLEAN -> truth(cell.strip());
        case TINYINT -> Byte.parseByte(cell.strip());
        case SMALLINT -> Short.parseShort(cell.strip());
        case INTEGER -> Integer.parseInt(cell.strip());
        case BIGINT -> Long.parseLong(cell.strip());
        case FLOAT -> Float.parseFloat(cell.strip());
        case DOUBLE -> Double.parseDouble(cell.strip());
        case DATE -> (int) LocalDate.parse(cell.strip()).toEpochDay();
        case DECIMAL -> {
          DecimalType decimal = (DecimalType) cellType;
          DecimalData value =
              DecimalData.fromBigDecimal(
                  new BigDecimal(cell.strip()), decimal.getPrecision(), decimal.getScale());
          if (value == null) {
            throw new NumberFormatException("it has more digits than the type");
          }
          yield value;
        }
        default ->
            throw new MillraceException(
                ErrorCode.TYPE_UNSUPPORTED,
                "read_files cannot read %s into %s"
                    .formatted(type.getFieldNames().get(column), cellType.asSummaryString()),
                "read it as STRING and CAST it");
      };
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MillraceException(
          ErrorCode.TYPE_MISMATCH,
          "%s:%d: column %s is not %s"
              .formatted(file, line, type.getFieldNames().get(column), cellType.asSummaryString()),
          "correct the file or the schema of read_files",
          e);
    }
  }

  private static boolean truth(String cell) {
    if (cell.equalsIgnoreCase("true")) {
      return true;
    }
    if (cell.equalsIgnoreCase("false")) {
      return false;
    }
    throw new IllegalArgumentException("neither true nor false");
  }
}
