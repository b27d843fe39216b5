package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.LiveFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TestBin {
  private static final long TARGET = 100;

  @Test
  void smallFilesArePackedSmallestFirstUpToTheTarget() {
    assertThat(
            pack(false, file("a", 60), file("b", 10), file("c", 50), file("d", 30), file("e", 99)))
        .containsExactly(List.of("b", "d", "c"));
  }

  @Test
  void aSmallFileAloneAndFilesOfTheTargetsSizeStay() {
    assertThat(pack(false, file("a", 10))).isEmpty();
    assertThat(pack(false, file("a", 100), file("b", 150))).isEmpty();
    assertThat(pack(false)).isEmpty();
  }

  @Test
  void filesOfDifferentPartitionsAreNotMixed() {
    assertThat(
            pack(
                false,
                in("x", file("a", 10)),
                in("y", file("b", 10)),
                in("x", file("c", 20)),
                in("z", file("d", 20))))
        .containsExactly(List.of("a", "c"));
  }

  @Test
  void manyDeletedRowsAreReasonEnough() {
    assertThat(pack(false, deleted(file("a", 500), 5))).isEmpty();
    assertThat(pack(false, deleted(file("a", 500), 6))).containsExactly(List.of("a"));
    assertThat(pack(true, deleted(file("a", 500), 1), file("b", 500)))
        .containsExactly(List.of("a"));
  }

  @Test
  void whatIsDeletedTakesNoRoom() {
    assertThat(pack(false, deleted(file("a", 200), 90), deleted(file("b", 100), 30)))
        .containsExactly(List.of("a", "b"));
  }

  private static List<List<String>> pack(boolean purge, LiveFile... files) {
    return Bin.pack(List.of(files), TARGET, purge).stream()
        .map(bin -> bin.files().stream().map(LiveFile::path).toList())
        .toList();
  }

  private static LiveFile file(String path, long bytes) {
    return LiveFile.of(path, bytes, 0, "{\"numRecords\":100}");
  }

  private static LiveFile in(String partition, LiveFile file) {
    return new LiveFile(
        file.path(),
        Map.of("p", partition),
        file.sizeBytes(),
        0,
        file.stats(),
        Optional.empty(),
        Map.of(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  private static LiveFile deleted(LiveFile file, long rows) {
    return file.withDeletionVector(
        new DeletionVector("u", "somewhere", OptionalInt.of(1), 10, rows));
  }
}
