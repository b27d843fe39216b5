package io.millrace.delta.catalog;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder of folders of Delta tables: {@code WAREHOUSE/database/table}. Knows nothing of what the
 * tables are. Names that begin with {@code _} or {@code .} are nobody's. Thread-safe.
 */
final class Warehouse {
  private final Path root;

  /**
   * @param root an absolute local path or a URI
   * @throws MillraceException OPTION_INVALID if it is neither
   */
  Warehouse(String root) {
    requireNonNull(root, "root is null");
    if (!root.startsWith("/") && !root.contains(":/")) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'warehouse' is '%s', which is no absolute path".formatted(root),
          "write it like /data or s3://bucket/folder");
    }
    this.root = new Path(root);
  }

  /** Names of the folders that are no tables, sorted. */
  List<String> databases() {
    return folders(root).stream().filter(name -> !isTable(new Path(root, name))).sorted().toList();
  }

  boolean hasDatabase(String database) {
    Path folder = database(database);
    return isFolder(folder) && !isTable(folder);
  }

  void createDatabase(String database) {
    Path folder = database(database);
    try {
      fileSystem(folder).mkdirs(folder);
    } catch (IOException e) {
      throw StorageFailure.of("creating a database", folder.toString(), e);
    }
  }

  /** True if nothing is in it, be it a table or something else. */
  boolean isEmpty(String database) {
    Path folder = database(database);
    return children(folder).length == 0;
  }

  /** Deletes a database with all that is in it. */
  void dropDatabase(String database) {
    delete(database(database));
  }

  /** Names of the tables of a database, sorted. */
  List<String> tables(String database) {
    Path folder = database(database);
    return folders(folder).stream()
        .filter(name -> isTable(new Path(folder, name)))
        .sorted()
        .toList();
  }

  boolean hasTable(String database, String table) {
    return isTable(new Path(table(database, table)));
  }

  /** Folder of a table, whether there is one or not. */
  String table(String database, String table) {
    return new Path(database(database), checked("table", table)).toString();
  }

  /** Deletes a table with all its files. */
  void dropTable(String database, String table) {
    delete(new Path(table(database, table)));
  }

  private Path database(String database) {
    return new Path(root, checked("database", database));
  }

  /**
   * A name that is a folder's own and of nobody else.
   *
   * @throws MillraceException OPTION_INVALID
   */
  private static String checked(String what, String name) {
    boolean fits =
        !name.isBlank()
            && !name.startsWith("_")
            && !name.startsWith(".")
            && !name.contains("..")
            && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    if (!fits) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "'%s' cannot be the name of a %s".formatted(name, what),
          "use a name without '/', '\\', ':' and '..' that does not begin with '_' or '.'");
    }
    return name;
  }

  private static List<String> folders(Path folder) {
    List<String> names = new ArrayList<>();
    for (FileStatus child : children(folder)) {
      String name = child.getPath().getName();
      if (child.isDir() && !name.startsWith("_") && !name.startsWith(".")) {
        names.add(name);
      }
    }
    return names;
  }

  private static FileStatus[] children(Path folder) {
    try {
      FileStatus @Nullable [] children = fileSystem(folder).listStatus(folder);
      return children == null ? new FileStatus[0] : children;
    } catch (FileNotFoundException none) {
      return new FileStatus[0];
    } catch (IOException e) {
      throw StorageFailure.of("listing a folder", folder.toString(), e);
    }
  }

  private static boolean isTable(Path folder) {
    return isFolder(new Path(folder, CommitStores.LOG_FOLDER));
  }

  private static boolean isFolder(Path folder) {
    try {
      FileSystem files = fileSystem(folder);
      return files.exists(folder) && files.getFileStatus(folder).isDir();
    } catch (FileNotFoundException none) {
      return false;
    } catch (IOException e) {
      throw StorageFailure.of("looking for a folder", folder.toString(), e);
    }
  }

  private static void delete(Path folder) {
    try {
      FileSystem files = fileSystem(folder);
      if (files.isDistributedFS()) {
        files.delete(folder, true);
      } else {
        deleteLocal(java.nio.file.Path.of(folder.getPath()));
      }
    } catch (IOException e) {
      throw StorageFailure.of("deleting a folder", folder.toString(), e);
    }
  }

  /** Gone at once under its name, and never what a link in it points to. */
  private static void deleteLocal(java.nio.file.Path folder) throws IOException {
    java.nio.file.Path doomed =
        folder.resolveSibling("." + folder.getFileName() + "-dropped-" + UUID.randomUUID());
    Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
    Files.walkFileTree(
        doomed,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(java.nio.file.Path file, BasicFileAttributes ignored)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              java.nio.file.Path visited, @Nullable IOException failure) throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static FileSystem fileSystem(Path path) throws IOException {
    return path.getFileSystem();
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
