package io.millrace.catalog.server.principal;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenLimits;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/**
 * Tokens for whoever has the catalog's files, and no token yet or any more: the database is opened
 * for it, and closed again.
 */
public final class OperatorTokens {
  private OperatorTokens() {}

  /**
   * Makes a token.
   *
   * @throws MillraceException ALREADY_RUNNING if a process has the embedded database open, which
   *     makes tokens by its HTTP port, for whoever has the admin's; FILE_NOT_FOUND if there is no
   *     catalog; otherwise as {@link TokenService#createAsOperator}
   */
  public static IssuedToken create(StoreSettings settings, TokenRequest request, Clock clock) {
    if (!settings.isThere()) {
      throw noCatalog(settings);
    }
    try (MetadataStore store = MetadataStore.open(settings, clock)) {
      if (store.state().isEmpty()) {
        throw noCatalog(settings);
      }
      // Nobody calls, so that nothing is decided: who has the files has everything.
      Gate gate = new Gate(event -> {}, clock);
      return new TokenService(store, gate, TokenLimits.DEFAULT, new SecureRandom())
          .createAsOperator(request, UUID.randomUUID().toString());
    }
  }

  private static MillraceException noCatalog(StoreSettings settings) {
    return new MillraceException(
        ErrorCode.FILE_NOT_FOUND,
        "there is no catalog in " + settings.directory(),
        "name the directory of a catalog, or start one there first");
  }
}
