package io.millrace.delta.log;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A log on a local file system: a synced temporary file, then a hard link to the entry's name. */
public final class LocalCommitStore implements CommitStore {
  private final Path directory;

  /**
   * @param directory the table's {@code _delta_log}; made with the first entry if it is not there
   */
  public LocalCommitStore(Path directory) {
    this.directory = requireNonNull(directory, "directory is null");
  }

  @Override
  public boolean putIfAbsent(long version, byte[] entry) throws IOException {
    Path target = entryPath(version);
    if (Files.exists(target)) {
      // Nothing is decided here, and who has lost need not write and sync an entry to learn it.
      return false;
    }
    try {
      try {
        DurableFiles.create(target, entry);
      } catch (NoSuchFileException noDirectory) {
        DurableFiles.createDirectories(directory);
        DurableFiles.create(target, entry);
      }
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  @Override
  public Optional<byte[]> read(long version) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(entryPath(version)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Path entryPath(long version) {
    if (version < 0) {
      throw new IllegalArgumentException("version is " + version + ", expected at least 0");
    }
    return directory.resolve("%020d.json".formatted(version));
  }
}
