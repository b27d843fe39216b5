package io.millrace.catalog.server.store;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.mc.SQLiteMCSqlCipherConfig;

/**
 * The file of an embedded catalog: SQLite, each page encrypted by AES-256 and authenticated, as
 * SQLCipher 4 does it. A commit is in the file's log, and the log on the disk, when it returns.
 */
final class SqliteFile {
  static final String FILE = "catalog.db";

  private static final String PURPOSE = "millrace metadata store";

  /** Where the driver unpacks its native library to, for as long as loading it takes. */
  private static final String LIBRARY_DIRECTORY = "native";

  /** The driver's property; who sets it says where the library is to go. */
  private static final String LIBRARY_PROPERTY = "org.sqlite.tmpdir";

  /** Of each connection; negative is KiB and not pages. */
  private static final int CACHE_KIB = -8 * 1024;

  private SqliteFile() {}

  /**
   * Connections to the file, which is made if it is not there. The key is in none of their texts.
   *
   * @param directory that is there, and locked
   * @throws MillraceException CONFIG_INVALID if there is a file and no key; IO_FAILED
   */
  static DataSource in(Path directory, int patienceMillis) {
    Path file = directory.resolve(FILE).toAbsolutePath();
    if (file.toString().contains("?")) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog's directory %s has a question mark in its name".formatted(directory),
          "name another directory; SQLite's driver takes what follows for an option");
    }
    if (Files.exists(file) && !CatalogKey.isThere(directory)) {
      // A new key would open nothing, and stand in the way of the old one.
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog in %s is there, but not its key %s".formatted(directory, CatalogKey.FILE),
          "put the key back from a backup, or give it in " + CatalogKey.VARIABLE);
    }
    byte[] key = CatalogKey.load(directory).derive(PURPOSE);
    loadLibrary(directory);
    try {
      // The log and its index get the mode of the file.
      SecretFile.createEmpty(file);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "%s cannot be made: %s".formatted(file, e.getMessage()),
          "look at the directory",
          e);
    }
    SQLiteConfig config = SQLiteMCSqlCipherConfig.getV4Defaults().withRawUnsaltedKey(key).build();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(patienceMillis);
    // Files of its own for sorting would be as plain text.
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setCacheSize(CACHE_KIB);
    // Who reads first and then writes would be refused if somebody else wrote in between.
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  /**
   * Loads the driver's library from the catalog's own directory: what lies in a shared one others
   * could exchange, and it is often mounted without the right to run what is there.
   */
  private static synchronized void loadLibrary(Path directory) {
    boolean told = System.getProperty(LIBRARY_PROPERTY) != null;
    Path unpacked = directory.resolve(LIBRARY_DIRECTORY);
    try {
      if (!told) {
        SecretFile.createDirectory(unpacked);
        System.setProperty(LIBRARY_PROPERTY, unpacked.toAbsolutePath().toString());
      }
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) { // the driver's own signature
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "SQLite's native library cannot be loaded from %s: %s"
              .formatted(System.getProperty(LIBRARY_PROPERTY), e.getMessage()),
          "give -D%s=DIRECTORY with one that programs may be run from".formatted(LIBRARY_PROPERTY),
          e);
    } finally {
      if (!told) {
        System.clearProperty(LIBRARY_PROPERTY);
        delete(unpacked);
      }
    }
  }

  /** What is loaded needs its file no longer, and what a killed process left nobody needs. */
  private static void delete(Path unpacked) {
    if (!Files.isDirectory(unpacked)) {
      return;
    }
    try (Stream<Path> left = Files.list(unpacked)) {
      for (Path each : left.toList()) {
        Files.delete(each);
      }
      Files.delete(unpacked);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "%s cannot be deleted: %s".formatted(unpacked, e.getMessage()),
          "look at the directory; it holds a copy of SQLite's native library, which is not needed",
          e);
    }
  }
}
