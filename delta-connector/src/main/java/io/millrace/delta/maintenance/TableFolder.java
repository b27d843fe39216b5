package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The files in a table's folder that are the table's to have: not its log, nor what else has a name
 * that begins with {@code _} or {@code .}, except folders of partitions and of change data. Links
 * to other places are not followed.
 */
final class TableFolder {
  private static final String CHANGE_DATA = "_change_data";
  private static final String INDEX = "_delta_index";

  private final Path root;
  private final FileSystem files;
  private final List<String> partitionColumns;

  /**
   * A file of the folder.
   *
   * @param path below the table's folder
   */
  record Found(String path, long sizeBytes, long modifiedMillis) {}

  /**
   * What there is.
   *
   * @param folders all of them, the table's own too
   * @param emptyFolders those with nothing in them
   */
  record Listing(List<Found> files, long folders, List<Found> emptyFolders) {}

  static TableFolder of(String path, TableState state) {
    return new TableFolder(
        path,
        state.partitionColumns().stream()
            .flatMap(column -> Stream.of(column, state.inFiles(column)))
            .toList());
  }

  /**
   * @param partitionColumns what folders of partitions may be called after
   */
  TableFolder(String path, List<String> partitionColumns) {
    this.root = new Path(path);
    this.partitionColumns = List.copyOf(requireNonNull(partitionColumns, "partitionColumns"));
    try {
      this.files = root.getFileSystem();
    } catch (IOException e) {
      throw StorageFailure.of("opening the folder of a table", path, e);
    }
  }

  /**
   * @param progress told of files found
   */
  Listing list(Progress progress) {
    List<Found> found = new ArrayList<>();
    List<Found> empty = new ArrayList<>();
    long folders = 0;
    List<Found> open = new ArrayList<>();
    open.add(new Found("", 0, Long.MAX_VALUE));
    try {
      while (!open.isEmpty()) {
        Found folder = open.remove(open.size() - 1);
        folders++;
        FileStatus[] children = children(folder.path());
        if (children.length == 0 && !folder.path().isEmpty()) {
          empty.add(folder);
        }
        for (FileStatus child : children) {
          String name = child.getPath().getName();
          if (isHidden(name) || isLink(child.getPath())) {
            continue;
          }
          String path = folder.path().isEmpty() ? name : folder.path() + "/" + name;
          Found entry = new Found(path, child.getLen(), child.getModificationTime());
          (child.isDir() ? open : found).add(entry);
        }
        progress.at("listing files", found.size(), 0);
      }
    } catch (IOException e) {
      throw StorageFailure.of("listing the files of a table", root.toString(), e);
    }
    return new Listing(found, folders, empty);
  }

  private FileStatus[] children(String folder) throws IOException {
    FileStatus[] children;
    try {
      children = files.listStatus(resolve(folder));
    } catch (FileNotFoundException gone) {
      children = null;
    }
    return children == null ? new FileStatus[0] : children;
  }

  private boolean isHidden(String name) {
    if (!name.startsWith("_") && !name.startsWith(".")) {
      return false;
    }
    return !name.startsWith(CHANGE_DATA)
        && !name.startsWith(INDEX)
        && partitionColumns.stream().noneMatch(column -> name.startsWith(column + "="));
  }

  private boolean isLink(Path path) {
    return !files.isDistributedFS() && Files.isSymbolicLink(java.nio.file.Path.of(path.getPath()));
  }

  private Path resolve(String path) {
    return path.isEmpty() ? root : new Path(root, path);
  }

  /** True if there is a file at a path below the table's folder, or at an absolute one. */
  boolean exists(String path) {
    Path file = path.startsWith("/") || path.contains(":/") ? new Path(path) : resolve(path);
    try {
      return file.getFileSystem().exists(file);
    } catch (IOException e) {
      throw StorageFailure.of("looking for a file of a table", file.toString(), e);
    }
  }

  /**
   * Deletes a file, or a folder if it is empty.
   *
   * @return false if somebody else had deleted it, or put something into the folder
   */
  boolean delete(String path) {
    Path file = resolve(path);
    try {
      if (!files.isDistributedFS()) {
        Files.delete(java.nio.file.Path.of(file.getPath()));
        return true;
      }
      return files.delete(file, false);
    } catch (NoSuchFileException | DirectoryNotEmptyException changed) {
      return false;
    } catch (IOException e) {
      throw StorageFailure.of("deleting a file of a table", file.toString(), e);
    }
  }
}
