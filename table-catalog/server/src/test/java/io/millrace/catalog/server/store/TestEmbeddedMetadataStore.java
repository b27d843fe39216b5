package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.state.ExampleCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
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
  void aDirectoryWithAQuestionMarkIsRefused() {
    assertThatThrownBy(
            () -> Database.open(StoreSettings.embedded(temporary.resolve("a?cipher=none"))))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("CONFIG_INVALID")
        .hasMessageContaining("has a question mark in its name");
  }

  @Test
  void nothingThatWasWrittenIsThereAsPlainText() throws Exception {
    MetadataStore store = withSchema();
    String name = "quartz_salaries_7731";
    makeTable(store, name, "file:///vault/opal_5520");
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
    List<String> secrets = List.of(name, "opal_5520", "flyway", "CREATE TABLE", "SQLite format");
    // What a copy of the disk would show while it runs, with the log that nothing has tidied yet.
    Path copy = temporary.resolve("copy");
    assertThat(
            new ProcessBuilder("cp", "-r", directory().toString(), copy.toString())
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
    assertThat(Files.size(copy.resolve("catalog.db-wal"))).isGreaterThan(100_000);
    assertPlainTextIn(secrets);
    close(store);
    assertThat(directory().resolve("catalog.db-wal")).doesNotExist();
    assertThat(Files.size(directory().resolve("catalog.db"))).isGreaterThan(100_000);
    assertPlainTextIn(secrets);
  }

  private void assertPlainTextIn(List<String> secrets) throws IOException {
    String key = Files.readString(key()).strip();
    String derived =
        HexFormat.of().formatHex(CatalogKey.load(directory()).derive("millrace metadata store"));
    int files = 0;
    try (Stream<Path> all = Files.walk(temporary)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files++;
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String secret : secrets) {
          assertThat(bytes.contains(secret)).as(secret + " in " + file).isFalse();
        }
        if (!file.getFileName().equals(key().getFileName())) {
          assertThat(bytes.contains(key)).as("the key in " + file).isFalse();
          assertThat(bytes.contains(derived)).as("a key in " + file).isFalse();
        }
      }
    }
    assertThat(files).isGreaterThanOrEqualTo(6);
  }

  @Test
  void onlyItsOwnerMayReadAnyOfItsFiles() throws Exception {
    withSchema();
    try (Stream<Path> all = Files.list(directory())) {
      assertThat(all.toList())
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder(
              "catalog.db", "catalog.db-wal", "catalog.db-shm", "catalog.key", "catalog.lock");
    }
    try (Stream<Path> all = Files.list(directory())) {
      for (Path file : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void commitsAreOnTheDiskAndPagesAuthenticated() throws Exception {
    MetadataStore store = open();
    for (Map.Entry<String, String> each :
        Map.of(
                "journal_mode", "wal",
                "synchronous", "2",
                "foreign_keys", "1",
                "temp_store", "2",
                "cipher", "sqlcipher",
                "hmac_use", "1",
                "hmac_algorithm", "2")
            .entrySet()) {
      String set =
          store
              .database()
              .jdbi()
              .withHandle(
                  handle ->
                      handle.createQuery("PRAGMA " + each.getKey()).mapTo(String.class).one());
      assertThat(set).as(each.getKey()).isEqualTo(each.getValue());
    }
  }

  @Test
  void aPageThatSomebodyChangedIsNotRead() throws Exception {
    close(withSchema());
    Path file = directory().resolve("catalog.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int page = 4096; page < bytes.length; page += 4096) {
      bytes[page + 100] ^= 1;
    }
    Files.write(file, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED));
  }

  @Test
  void aReaderDoesNotWaitForAWriter() throws Exception {
    MetadataStore store = withSchema();
    Database database = store.database();
    database.change(
        writer -> {
          writer.execute("UPDATE catalog_version SET version = 99");
          // By another thread: this one would be given the writer's connection.
          long seen =
              CompletableFuture.supplyAsync(() -> database.read(reader -> version(reader))).join();
          assertThat(seen).isEqualTo(1);
        });
    assertThat((long) database.read(reader -> version(reader))).isEqualTo(99);
  }

  private static long version(Handle handle) {
    return handle.createQuery("SELECT version FROM catalog_version").mapTo(Long.class).one();
  }

  @Test
  void aFullDatabaseIsToldAndWorksAgainWhenThereIsRoom() throws Exception {
    MetadataStore store = withSchema();
    long version = store.state().version();
    List<Handle> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(store.database().jdbi().open());
    }
    long pages = all.get(0).createQuery("PRAGMA page_count").mapTo(Long.class).one();
    all.forEach(handle -> limit(handle, pages));
    all.forEach(Handle::close);
    assertThatThrownBy(
            () ->
                store.write(
                    tx -> {
                      for (int i = 0; i < 1000; i++) {
                        new ExampleCatalog(tx::apply)
                            .table(schema(store), "t" + i, "file:///data/t" + i);
                      }
                      return null;
                    }))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED);
              assertThat(e.problem()).contains("SQLITE_FULL").doesNotContain("file:///data");
            });
    assertThat(store.state().version()).isEqualTo(version);
    List<Handle> again = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      again.add(store.database().jdbi().open());
    }
    again.forEach(handle -> limit(handle, 1_000_000));
    again.forEach(Handle::close);
    makeTable(store, "orders", "file:///t");
    assertThat(store.state().version()).isEqualTo(version + 1);
  }

  private static void limit(Handle handle, long pages) {
    handle.createQuery("PRAGMA max_page_count = " + pages).mapTo(Long.class).one();
  }

  @Test
  void aSecondStoreInThisProcessIsRefused() throws Exception {
    MetadataStore first = withSchema();
    refused(
        ErrorCode.ALREADY_RUNNING,
        "the catalog in %s is open in this process already".formatted(directory()));
    // By whatever name, and without taking the lock from the first.
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());
    assertThatThrownBy(() -> Database.open(StoreSettings.embedded(link)))
        .hasMessageContaining("ALREADY_RUNNING");
    try (ChildJvm child = ChildJvm.start(WritingProcess.class, directory().toString())) {
      assertThatThrownBy(child::hear).hasMessageContaining("has ended without a word");
    }
    makeTable(first, "orders", "file:///t");
    close(first);
    assertThat(findTable(open(), "orders")).isPresent();
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
    assertThat(Files.size(directory().resolve("catalog.db"))).isLessThan(64L << 20);
  }
}
