package io.millrace.gateway.tables;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The Delta tables below a folder: every folder with a {@code _delta_log}. */
public final class TableFinder {
  private static final String LOG = "_delta_log";
  private static final int DEPTH_MAX = 6;

  /** Parts of a platform's directory that hold thousands of files and no tables. */
  private static final Set<String> NO_TABLES =
      Set.of("kafka", "checkpoints", "logs", "tmp", "status", "pipelines");

  private final Path root;

  public TableFinder(Path root) {
    this.root = requireNonNull(root, "root is null").toAbsolutePath().normalize();
  }

  /** Their folders, in alphabetical order; empty if the folder is not there. */
  public List<Path> list() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<Path> tables = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          EnumSet.noneOf(FileVisitOption.class),
          DEPTH_MAX,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              if (isTable(folder)) {
                tables.add(folder);
                return FileVisitResult.SKIP_SUBTREE;
              }
              boolean skip =
                  root.equals(folder.getParent())
                      && NO_TABLES.contains(folder.getFileName().toString());
              return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              // Scratch files come and go while a pipeline runs.
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the folder " + root + " cannot be searched for tables: " + e,
          "name the table's folder itself",
          e);
    }
    Collections.sort(tables);
    return tables;
  }

  /**
   * The table that a person means.
   *
   * @param nameOrFolder the table's folder; or its name, if need be with the folder above as in
   *     {@code flights/silver} or {@code flights.silver}
   * @throws MillraceException TABLE_NOT_FOUND naming those that are there; OPTION_INVALID if
   *     several have the name
   */
  public Path find(String nameOrFolder) {
    Path folder = Path.of(nameOrFolder).toAbsolutePath().normalize();
    if (isTable(folder)) {
      return folder;
    }
    List<Path> all = list();
    Path wanted = Path.of(nameOrFolder.replace('.', '/'));
    List<Path> matches = all.stream().filter(table -> table.endsWith(wanted)).toList();
    if (matches.size() == 1) {
      return matches.get(0);
    }
    if (matches.isEmpty()) {
      throw new MillraceException(
          ErrorCode.TABLE_NOT_FOUND,
          "there is no table " + nameOrFolder + " under " + root,
          all.isEmpty()
              ? "name the table's folder, or the directory of the platform with --dir"
              : "its tables are " + String.join(", ", names(all)));
    }
    throw new MillraceException(
        ErrorCode.OPTION_INVALID,
        matches.size() + " tables are called " + nameOrFolder,
        "say which: " + String.join(", ", names(matches)));
  }

  /** A table's name for people: its path below the folder that was searched. */
  public String name(Path table) {
    return table.startsWith(root) && !table.equals(root)
        ? root.relativize(table).toString()
        : table.toString();
  }

  private List<String> names(List<Path> tables) {
    return tables.stream().map(this::name).toList();
  }

  private static boolean isTable(Path folder) {
    return Files.isDirectory(folder.resolve(LOG));
  }
}
