package io.millrace.catalog.server.credential;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Optional;

/** Credentials for S3: sessions of the role of the storage credential that a place is under. */
public final class S3Credentials implements CredentialVendor {

  /** Assumes roles. */
  @FunctionalInterface
  public interface Sessions {

    /**
     * A session of a role that can do no more than the request says.
     *
     * @throws MillraceException PERMISSION_DENIED if AWS does not let the server assume the role
     */
    VendedCredentials assume(StorageRole role, StorageRequest request);
  }

  private final Optional<Sessions> sessions;

  private S3Credentials(Optional<Sessions> sessions) {
    this.sessions = sessions;
  }

  public static S3Credentials of(Sessions sessions) {
    return new S3Credentials(Optional.of(requireNonNull(sessions, "sessions is null")));
  }

  /** For a server that has no access to AWS: every request is refused. */
  public static S3Credentials notConfigured() {
    return new S3Credentials(Optional.empty());
  }

  @Override
  public VendedCredentials vend(StorageRequest request) {
    Sessions assuming =
        sessions.orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.CONFIG_INVALID,
                    "no credentials for %s can be given out: this server has no access to AWS"
                        .formatted(request.prefix()),
                    "use credentials of your own for this place"));
    StorageRole role =
        request
            .role()
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.CONFIG_INVALID,
                        "no credentials for %s can be given out: it is in no external location that"
                                .formatted(request.prefix())
                            + " has a role",
                        "have a metastore admin make an external location there, with a storage"
                            + " credential that has an AWS role"));
    return assuming.assume(role, request);
  }
}
