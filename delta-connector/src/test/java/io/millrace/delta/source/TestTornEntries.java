package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.LogTail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fault 21: the newest entry of a log is cut, at every byte of it. */
class TestTornEntries {
  @TempDir private Path folder;
  private SourceTable table;
  private Path entry;
  private byte[] whole;

  @BeforeEach
  void threeVersions() throws Exception {
    table = new SourceTable(folder, SourceTable.NUMBERS);
    table.appendNumbers(0, 3);
    table.appendNumbers(3, 5);
    entry = folder.resolve("_delta_log/%020d.json".formatted(2));
    whole = Files.readAllBytes(entry);
  }

  private List<String> rows() throws Exception {
    return Scan.rows(DeltaSource.builder(table.path()));
  }

  @Test
  void aReaderIsToldVersionAndByteWhereverItIsCut() throws Exception {
    List<String> rows = rows();
    assertThat(rows).hasSize(5);

    // The newline behind the last action included.
    for (int length = 0; length < whole.length; length++) {
      Files.write(entry, Arrays.copyOf(whole, length));
      assertTold(length, this::rows);
    }
    Files.write(entry, whole);
    assertThat(rows()).isEqualTo(rows);
  }

  @Test
  void aStreamIsToldVersionAndByteWhereverItIsCut() throws Exception {
    var log = new LogTail(table.path());
    assertThat(log.read(2).orElseThrow().added()).hasSize(1);

    for (int length = 0; length < whole.length; length++) {
      Files.write(entry, Arrays.copyOf(whole, length));
      assertTold(length, () -> log.read(2));
    }
    Files.write(entry, whole);
    assertThat(log.read(2).orElseThrow().added()).hasSize(1);
  }

  private static void assertTold(int length, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .as("cut at byte %d", length)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("log entry 00000000000000000002.json (version 2) ")
        .hasMessageMatching("(?s).*at byte %d\\b.*".formatted(length));
  }
}
