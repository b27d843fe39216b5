package io.millrace.delta.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFlinkFileIO {
  @TempDir Path folder;
  private final FlinkFileIO files = new FlinkFileIO();

  private static CloseableIterator<String> lines(String... lines) {
    return Utils.toCloseableIterator(List.of(lines).iterator());
  }

  private List<String> listFrom(FlinkFileIO io, String name) throws IOException {
    List<String> names = new ArrayList<>();
    try (CloseableIterator<FileStatus> found = io.listFrom(folder.resolve(name).toString())) {
      found.forEachRemaining(
          status -> names.add(Path.of(status.getPath()).getFileName() + ":" + status.getSize()));
    }
    return names;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void listingsStartAtTheNameAndAreSorted() throws IOException {
    for (String name : List.of("3", "1", "2", "10", ".0.tmp")) {
      Files.writeString(folder.resolve(name), name);
    }

    assertThat(listFrom(files, "10")).containsExactly("10:2", "2:1", "3:1");
    assertThat(listFrom(new FlinkFileIO(Set.of("2")), "0")).containsExactly("1:1", "10:2", "3:1");
    assertThat(listFrom(files, "9")).isEmpty();
  }

  @Test
  void listingAFolderThatIsNotThereSaysSo() {
    assertThatThrownBy(() -> listFrom(files, "nowhere/0"))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void linesAreWrittenWhollyAndNotTwice() throws IOException {
    var file = files.newOutputFile(folder.resolve("f").toString());
    file.writeAtomically(lines("a", "b"), false);

    assertThatThrownBy(() -> file.writeAtomically(lines("c"), false))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("a\nb\n");
    file.writeAtomically(lines("c"), true);
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("c\n");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void anAtomicStreamShowsNothingBeforeItIsClosed() throws IOException {
    try (var stream = files.newOutputFile(folder.resolve("f").toString()).create(true)) {
      stream.write("abc".getBytes(UTF_8));
      assertThat(stream.getPos()).isEqualTo(3);
      assertThat(folder.resolve("f")).doesNotExist();
    }
    assertThat(Files.readString(folder.resolve("f"))).isEqualTo("abc");
    assertThat(names()).containsExactly("f");
  }

  @Test
  void filesAreReadAnywhere() throws IOException {
    Files.writeString(folder.resolve("f"), "0123456789");
    String path = folder.resolve("f").toString();
    try (var stream = files.newInputFile(path, -1).newStream()) {
      stream.seek(4);
      byte[] bytes = new byte[3];
      stream.readFully(bytes, 0, 3);
      assertThat(new String(bytes, UTF_8)).isEqualTo("456");
      assertThat(stream.getPos()).isEqualTo(7);
      assertThatThrownBy(() -> stream.readFully(new byte[4], 0, 4))
          .isInstanceOf(EOFException.class)
          .hasMessage("file ends 1 bytes early");
    }
    assertThat(files.newInputFile(path, -1).length()).isEqualTo(10);
    assertThat(files.getFileStatus(path).getSize()).isEqualTo(10);
    assertThatThrownBy(() -> files.getFileStatus(path + "x"))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void foldersAreMadeWithThoseAbove() throws IOException {
    assertThat(files.mkdirs(folder.resolve("a/b/c").toString())).isTrue();
    assertThat(files.mkdirs(folder.resolve("a/b/c").toString())).isTrue();

    assertThat(folder.resolve("a/b/c")).isDirectory();
    assertThat(files.resolvePath(folder.resolve("a").toString()))
        .isEqualTo("file:" + folder.resolve("a"));
    files.copyFileAtomically(
        Files.writeString(folder.resolve("x"), "x").toString(),
        folder.resolve("a/y").toString(),
        false);
    assertThat(Files.readString(folder.resolve("a/y"))).isEqualTo("x");
    assertThat(files.delete(folder.resolve("a/y").toString())).isTrue();
  }

  @Test
  void anEntryThatCameWhileNamesWereReadIsNoGap() throws IOException {
    for (int version : new int[] {4, 5, 6, 8}) {
      Files.createFile(folder.resolve("%020d.json".formatted(version)));
    }
    // The listing has missed 5 and 6, of which only the folder knows; 7 is really not there.
    String[] listed = {
      "%020d.checkpoint.parquet".formatted(4),
      "%020d.json".formatted(4),
      "%020d.crc".formatted(8),
      "%020d.json".formatted(8)
    };

    assertThat(
            FlinkFileIO.withMissedEntries(
                new org.apache.flink.core.fs.Path(folder.toString()), listed))
        .containsExactly(
            listed[0],
            listed[1],
            "%020d.json".formatted(5),
            "%020d.json".formatted(6),
            listed[2],
            listed[3]);
  }
}
