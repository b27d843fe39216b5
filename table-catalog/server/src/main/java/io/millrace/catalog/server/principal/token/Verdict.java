package io.millrace.catalog.server.principal.token;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** What a token was found to be. */
sealed interface Verdict {

  /**
   * It is good.
   *
   * @param principal whose it is
   * @param credential id of the token or client secret that it comes from
   */
  record Accepted(UUID principal, UUID credential) implements Verdict {
    public Accepted {
      requireNonNull(principal, "principal is null");
      requireNonNull(credential, "credential is null");
    }
  }

  /** It is not; whoever sent it is not told why. */
  record Rejected(Reason reason) implements Verdict {
    public Rejected {
      requireNonNull(reason, "reason is null");
    }
  }

  /** For the audit log; holds nothing of what was sent. */
  enum Reason {
    NO_TOKEN,
    TOO_LONG,
    NOT_A_TOKEN,
    ALGORITHM,
    TYPE,
    KEY,
    SIGNATURE,
    CLAIMS,
    EXPIRED,
    UNKNOWN_TOKEN,
    REVOKED,
    NO_PRINCIPAL,
    DISABLED
  }
}
