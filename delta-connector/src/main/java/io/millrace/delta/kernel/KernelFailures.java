package io.millrace.delta.kernel;

import io.delta.kernel.exceptions.InvalidConfigurationValueException;
import io.delta.kernel.exceptions.InvalidTableException;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.exceptions.UnknownConfigurationException;
import io.delta.kernel.exceptions.UnsupportedProtocolVersionException;
import io.delta.kernel.exceptions.UnsupportedTableFeatureException;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.StorageFailure;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Kernel's exceptions, as failures that somebody can act on. */
final class KernelFailures {
  private KernelFailures() {}

  /**
   * What to throw instead of {@code failure}.
   *
   * @param what what was being done, such as {@code "reading table /t"}
   */
  static MillraceException translate(String what, String tablePath, RuntimeException failure) {
    MillraceException known = MillraceException.in(failure);
    if (known != null) {
      return known;
    }
    if (failure instanceof TableNotFoundException) {
      return notFound(tablePath, failure);
    }
    if (failure instanceof UnsupportedTableFeatureException unsupported) {
      return new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s uses %s, which is not supported here"
              .formatted(
                  tablePath,
                  String.join(", ", new TreeSet<>(unsupported.getUnsupportedFeatures()))),
          "drop the feature from the table, or write to another table",
          failure);
    }
    if (failure instanceof UnsupportedProtocolVersionException) {
      return new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s has a protocol that is not supported here: %s"
              .formatted(tablePath, failure.getMessage()),
          "downgrade the table's protocol, or write to another table",
          failure);
    }
    if (failure instanceof UnknownConfigurationException
        || failure instanceof InvalidConfigurationValueException) {
      return new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "table %s: %s".formatted(tablePath, failure.getMessage()),
          "correct or leave out the table property",
          failure);
    }
    if (StorageFailure.isDiskFull(failure)) {
      return StorageFailure.of(what, tablePath, failure);
    }
    Optional<String> fault = new LogInspection(tablePath).firstFault();
    if (fault.isPresent() || failure instanceof InvalidTableException) {
      return damaged(tablePath, fault.orElseGet(failure::getMessage), failure);
    }
    IOException io = ioCause(failure);
    if (io != null) {
      return StorageFailure.of(what, tablePath, io);
    }
    if (failure instanceof KernelException) {
      return new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "%s failed: %s".formatted(what, failure.getMessage()),
          "see the cause below",
          failure);
    }
    return new MillraceException(
        ErrorCode.INTERNAL,
        "%s failed: %s".formatted(what, failure),
        "report this with the cause below",
        failure);
  }

  static MillraceException damaged(String tablePath, String fault, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.TABLE_CORRUPT,
        "table %s is damaged: %s".formatted(tablePath, fault),
        "restore the file from a backup; until then, read or restore an earlier version",
        cause);
  }

  static MillraceException notFound(String tablePath, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.TABLE_NOT_FOUND,
        "there is no Delta table at " + tablePath,
        "check the path; a table has a folder _delta_log with at least one entry",
        cause);
  }

  private static @Nullable IOException ioCause(Throwable failure) {
    for (Throwable t = failure; t != null && t != t.getCause(); t = t.getCause()) {
      if (t instanceof IOException io) {
        return io;
      }
    }
    return null;
  }
}
