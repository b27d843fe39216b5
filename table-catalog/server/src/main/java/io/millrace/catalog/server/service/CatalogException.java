package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.SecurableType;

/** A failure that is about a securable of some type. */
public final class CatalogException extends MillraceException {
  private final SecurableType type;

  public CatalogException(ErrorCode code, SecurableType type, String problem, String remedy) {
    super(code, problem, remedy);
    this.type = requireNonNull(type, "type is null");
  }

  public SecurableType type() {
    return type;
  }

  /** The same words for what is not there and for what the caller must not know of. */
  static CatalogException notFound(SecurableType type, String name) {
    return new CatalogException(
        ErrorCode.SECURABLE_NOT_FOUND,
        type,
        "there is no %s %s that you may see".formatted(type.words(), name),
        "look at the name, or ask its owner for a privilege on it");
  }

  static CatalogException exists(SecurableType type, String name) {
    return new CatalogException(
        ErrorCode.SECURABLE_EXISTS,
        type,
        "a %s %s is there already".formatted(type.words(), name),
        "use it, drop it, or choose another name");
  }
}
