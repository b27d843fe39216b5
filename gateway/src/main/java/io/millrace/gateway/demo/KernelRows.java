package io.millrace.gateway.demo;

import io.delta.kernel.utils.CloseableIterator;
import io.millrace.delta.kernel.KernelTableReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tables as Delta Kernel's own default reader sees them: not one class of our Parquet code. */
final class KernelRows implements TableRows {
  @Override
  public void read(Path table, List<String> columns, Consumer<@Nullable Object[]> row) {
    try (CloseableIterator<@Nullable Object[]> rows =
        KernelTableReader.open(table.toString()).rows(columns, OptionalLong.empty())) {
      while (rows.hasNext()) {
        @Nullable Object[] values = rows.next();
        for (int i = 0; i < values.length; i++) {
          values[i] = plain(values[i]);
        }
        row.accept(values);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof LocalDateTime time) {
      return micros(time.toInstant(ZoneOffset.UTC));
    }
    if (value instanceof Instant instant) {
      return micros(instant);
    }
    return value instanceof LocalDate date ? (Object) (int) date.toEpochDay() : value;
  }

  private static Object micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
