package io.millrace.catalog.server.principal;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.SecretFile;
import io.millrace.catalog.server.store.Transaction;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes a catalog of an empty database: the metastore, its admins, one user among them, and a token
 * for that user, in a file that only whoever starts the process may read. There is no password.
 */
public final class FirstStart {
  /** How the file with the token is called. */
  public static final String TOKEN_FILE = "admin.token";

  /** The group of metastore admins, as it is called at first. */
  public static final String ADMINS = "metastore_admins";

  /** The first user, as it is called at first. */
  public static final String ADMIN = "admin";

  private FirstStart() {}

  /**
   * What a start found.
   *
   * @param made whether the catalog was made now
   * @param tokenFile where the token was written, then or now
   */
  public record Result(boolean made, Path tokenFile) {
    public Result {
      requireNonNull(tokenFile, "tokenFile is null");
    }
  }

  /**
   * Makes the catalog if there is none, in one transaction; does nothing otherwise, even if the
   * file is gone.
   *
   * @param file for the token
   * @param storageRoot under which managed tables get their places; a normalised URI
   */
  public static Result run(
      MetadataStore store, Path file, String storageRoot, SecureRandom random) {
    boolean made =
        store.write(
            tx -> {
              if (!tx.state().isEmpty()) {
                return false;
              }
              String secret = create(tx, storageRoot, random);
              // Before the commit: a token that is worth nothing can be made again, and one that
              // nobody has cannot.
              SecretFile.createDirectory(file.toAbsolutePath().getParent());
              SecretFile.write(file, secret);
              return true;
            });
    return new Result(made, file);
  }

  private static String create(Transaction tx, String storageRoot, SecureRandom random) {
    Principal admin = principal(Principal.Kind.USER, ADMIN, tx.now());
    Principal admins = principal(Principal.Kind.GROUP, ADMINS, tx.now());
    tx.apply(new Change.PutPrincipal(admin));
    tx.apply(new Change.PutPrincipal(admins));
    tx.apply(new Change.PutMember(admins.id(), admin.id()));
    tx.apply(new Change.PutSecurable(metastore(admins.id(), storageRoot, tx.now())));
    TokenRequest request =
        new TokenRequest(ADMIN, Token.Kind.PERSONAL, Optional.empty(), "made at the first start");
    IssuedToken issued =
        TokenService.issue(tx.now(), admin.id(), request, Optional.empty(), random);
    tx.apply(new Change.PutToken(issued.token()));
    tx.audit(
        new AuditEvent(
            tx.now(),
            Optional.empty(),
            "operator",
            "createMetastore",
            SecurableType.METASTORE.wireName(),
            "",
            Map.of("admin", ADMIN, "admins", ADMINS, "storageRoot", storageRoot),
            AuditEvent.Outcome.DONE,
            "",
            UUID.randomUUID().toString(),
            ""));
    return issued.secret().text();
  }

  private static Principal principal(Principal.Kind kind, String name, Instant now) {
    return new Principal(UUID.randomUUID(), kind, name, name, true, Optional.empty(), now, now);
  }

  private static Securable metastore(UUID admins, String storageRoot, Instant now) {
    UUID id = UUID.randomUUID();
    Securable.Stamp stamp = new Securable.Stamp(now, admins);
    return new Securable(
        id,
        SecurableType.METASTORE,
        id,
        "metastore",
        admins,
        Optional.empty(),
        Map.of(),
        Map.of(),
        new Definition.Metastore(admins, storageRoot),
        stamp,
        stamp);
  }
}
