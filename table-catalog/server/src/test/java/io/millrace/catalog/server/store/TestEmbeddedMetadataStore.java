package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on an encrypted file, and what becomes of the file. */
class TestEmbeddedMetadataStore extends MetadataStoreContract {
  @TempDir Path temporary;

  private Path directory() {
    return temporary.resolve("catalog");
  }

  private Path key() {
    return directory().resolve("catalog.key");
  }

  @Override
  protected StoreSettings settings() {
    return StoreSettings.embedded(directory());
  }

  @Override
  protected int instances() {
    return 1;
  }

  private void refused(ErrorCode code, String problem) {
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.problem()).isEqualTo(problem);
            });
  }

  @Test
  void theKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws Exception {
    close(open());
    String made = Files.readString(key());
    assertThat(made).matches("[0-9a-f]{64}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
        .isEqualTo("rwx------");
    close(open());
    assertThat(Files.readString(key())).isEqualTo(made);
  }

  @Test
  void anotherKeyOpensNothing() throws Exception {
    close(withSchema());
    String right = Files.readString(key());
    Files.writeString(key(), "0".repeat(64) + "\n");
    refused(
        ErrorCode.CONFIG_INVALID, "the catalog in %s cannot be decrypted".formatted(directory()));
    // And has broken nothing.
    Files.writeString(key(), right);
    assertThat(schema(open())).isNotNull();
  }

  @Test
  void aKeyThatIsNotOneIsRefused() throws Exception {
    close(open());
    Files.writeString(key(), "secret\n");
    refused(
        ErrorCode.CONFIG_INVALID,
        "the catalog's key in %s is not 64 hexadecimal digits".formatted(key()));
  }

  @Test
  void aLostKeyIsNotReplacedByANewOne() throws Exception {
    close(withSchema());
    Files.delete(key());
    refused(
        ErrorCode.CONFIG_INVALID,
        "the catalog in %s is there, but not its key catalog.key".formatted(directory()));
    assertThat(key()).doesNotExist();
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws Exception {
    close(open());
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
    refused(ErrorCode.CONFIG_INVALID, key() + " holds a secret and has mode rw-r--r--");
  }

  @Test
  void aDirectoryWithASemicolonIsRefused() {
    assertThatThrownBy(
            () ->
                Database.open(StoreSettings.embedded(temporary.resolve("a;INIT=DROP ALL OBJECTS"))))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("CONFIG_INVALID")
        .hasMessageContaining("has a semicolon in its name");
  }

  @Test
  void nothingThatWasWrittenIsThereAsPlainText() throws Exception {
    MetadataStore store = withSchema();
    String name = "quartz_salaries_7731";
    makeTable(store, name, "file:///vault/opal_5520");
    // An error of the database, of which H2 could write a trace.
    assertThatThrownBy(
            () ->
                store
                    .database()
                    .jdbi()
                    .useHandle(
                        handle ->
                            handle.execute(
                                "INSERT INTO securable SELECT * FROM securable WHERE folded_name = ?",
                                name)))
        .isNotNull();
    close(store);
    assertPlainTextIn(List.of(name, "opal_5520", "flyway", "CREATE TABLE"));
  }

  private void assertPlainTextIn(List<String> secrets) throws IOException {
    String key = Files.readString(key()).strip();
    int files = 0;
    try (Stream<Path> all = Files.walk(temporary)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files++;
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String secret : secrets) {
          assertThat(bytes.contains(secret)).as(secret + " in " + file).isFalse();
        }
        if (!file.equals(key())) {
          assertThat(bytes.contains(key)).as("the key in " + file).isFalse();
        }
      }
    }
    assertThat(files).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aSecondProcessIsRefused() throws Exception {
    try (ChildJvm child = ChildJvm.start(WritingProcess.class, directory().toString())) {
      assertThat(child.hear()).isEqualTo("open");
      refused(
          ErrorCode.ALREADY_RUNNING,
          "the catalog in %s is in use by another process".formatted(directory()));
      child.kill();
    }
    open();
  }

  @Test
  void theFileDoesNotGrowWithoutEnd() throws Exception {
    MetadataStore store = withSchema();
    for (int i = 0; i < 300; i++) {
      makeTable(store, "t" + i, "file:///t" + i);
    }
    close(store);
    MetadataStore again = open();
    assertThat(rows(again, "securable")).isEqualTo(303);
    assertThat(Files.size(directory().resolve("catalog.mv.db"))).isLessThan(64L << 20);
  }
}
