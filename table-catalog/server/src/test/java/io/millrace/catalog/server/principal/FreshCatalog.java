package io.millrace.catalog.server.principal;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.principal.token.IssuedToken;
import io.millrace.catalog.server.principal.token.TokenLimits;
import io.millrace.catalog.server.principal.token.TokenRequest;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.SecretFile;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A catalog as its first start leaves it, in a directory of a test. */
public final class FreshCatalog implements AutoCloseable {
  public final Path directory;
  public final MovableClock clock = new MovableClock();
  public final SecureRandom random = new SecureRandom();
  public final MetadataStore store;
  public final List<AuditEvent> decisions = new CopyOnWriteArrayList<>();
  public final Gate gate;
  public final TokenService tokens;
  public final PrincipalService principals;

  public FreshCatalog(Path directory) {
    this.directory = directory;
    this.store = MetadataStore.open(StoreSettings.embedded(directory), clock);
    FirstStart.run(store, directory.resolve("admin.token"), "file:///lake", random);
    this.gate = new Gate(decisions::add, clock);
    this.tokens = new TokenService(store, gate, TokenLimits.DEFAULT, random);
    this.principals = new PrincipalService(store, gate);
  }

  public String adminToken() {
    return SecretFile.readOrCreate(
        directory.resolve(FirstStart.TOKEN_FILE),
        () -> {
          throw new AssertionError("the first start wrote no token");
        });
  }

  /** As who a principal calls. */
  public Caller as(String name) {
    Principal principal = principal(name);
    return new Caller(principal.id(), principal.name(), "request-1", "192.0.2.1");
  }

  public Caller admin() {
    return as(FirstStart.ADMIN);
  }

  public Principal principal(String name) {
    return store.state().principal(name).orElseThrow();
  }

  public Principal create(Principal.Kind kind, String name) {
    return principals.create(kind, PrincipalDraft.named(name), admin()).principal();
  }

  public Principal user(String name) {
    return create(Principal.Kind.USER, name);
  }

  public Principal servicePrincipal(String name) {
    return create(Principal.Kind.SERVICE_PRINCIPAL, name);
  }

  public Principal group(String name) {
    return create(Principal.Kind.GROUP, name);
  }

  public void addMember(Principal group, Principal member) {
    principals.change(
        Principal.Kind.GROUP,
        group.id(),
        (state, draft) -> draft.plusMembers(java.util.Set.of(member.id())),
        admin());
  }

  public void setActive(Principal principal, boolean active) {
    principals.change(
        principal.kind(), principal.id(), (state, draft) -> draft.withActive(active), admin());
  }

  public IssuedToken personalToken(String name) {
    return tokens.create(TokenRequest.personal(name, "for a test"), admin());
  }

  public IssuedToken clientSecret(String name) {
    return tokens.create(
        new TokenRequest(name, Token.Kind.CLIENT_SECRET, Optional.empty(), ""), admin());
  }

  /** A catalog, as a securable, that somebody owns. */
  public void catalogOwnedBy(String catalog, UUID owner) {
    store.write(
        tx -> {
          Securable made =
              Securable.create(
                  SecurableType.CATALOG,
                  tx.state().metastore().id(),
                  catalog,
                  new Definition.Catalog(Optional.empty()),
                  new Securable.Stamp(tx.now(), owner));
          tx.apply(new Change.PutSecurable(made));
          return made;
        });
  }

  /** Lines of the audit log: action, principal, with whom, outcome, reason. */
  public List<String> audit() {
    return store
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT action || '|' || principal_name || '|' || full_name || '|'"
                            + " || outcome || '|' || reason FROM audit_event ORDER BY id")
                    .mapTo(String.class)
                    .list());
  }

  /** What was refused: by whom, and why. */
  public List<String> denials() {
    return decisions.stream()
        .filter(event -> event.outcome() == AuditEvent.Outcome.DENIED)
        .map(event -> event.principalName() + "|" + event.reason())
        .toList();
  }

  /** All texts of the audit log, to look for what must not be there. */
  public String auditText() {
    return store
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT principal_name || action || full_name || parameters || reason"
                            + " || request_id || source_address FROM audit_event")
                    .mapTo(String.class)
                    .list()
                    .toString());
  }

  @Override
  public void close() {
    store.close();
  }
}
