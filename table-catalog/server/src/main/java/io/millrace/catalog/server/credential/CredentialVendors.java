package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Clock;

/** Asks the vendor for the kind of store that a place is in. */
public final class CredentialVendors implements CredentialVendor {
  private final LocalCredentials local;
  private final S3Credentials s3;

  public CredentialVendors(LocalCredentials local, S3Credentials s3) {
    this.local = requireNonNull(local, "local is null");
    this.s3 = requireNonNull(s3, "s3 is null");
  }

  /** For local files only. */
  public static CredentialVendors local(Clock clock) {
    return new CredentialVendors(new LocalCredentials(clock), S3Credentials.notConfigured());
  }

  @Override
  public VendedCredentials vend(StorageRequest request) {
    if (request.prefix().startsWith("file:")) {
      return local.vend(request);
    }
    if (request.prefix().startsWith("s3:")) {
      return s3.vend(request);
    }
    throw new MillraceException(
        ErrorCode.CONFIG_INVALID,
        "no credentials for %s can be given out: only for file: and s3:"
            .formatted(request.prefix()),
        "use credentials of your own for this place");
  }
}
