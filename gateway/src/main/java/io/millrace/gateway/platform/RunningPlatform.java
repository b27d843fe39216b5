package io.millrace.gateway.platform;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;

/** The platform of another process, seen through its directory. */
public final class RunningPlatform {

  private RunningPlatform() {}

  /**
   * The platform that runs on the directory, if one does; it may still be starting.
   *
   * @throws MillraceException STATE_CORRUPT if one runs but its state file is missing or damaged
   */
  public static Optional<PlatformState> find(PlatformDirectory directory) {
    if (!PlatformLock.held(directory.lockFile())) {
      return Optional.empty();
    }
    Optional<PlatformState> state =
        PlatformState.read(directory.stateFile()).filter(s -> s.process().isPresent());
    // Between taking the lock and writing the file, and between deleting it and giving the lock
    // back, a platform has no state: whoever asks may ask again.
    if (state.isEmpty() && PlatformLock.held(directory.lockFile())) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "a platform holds the lock of "
              + directory.root()
              + ", and "
              + directory.stateFile().getFileName()
              + " does not say which process it is",
          "it may be starting or stopping: ask again in a second; else find the process with"
              + " fuser "
              + directory.lockFile());
    }
    return state;
  }
}
