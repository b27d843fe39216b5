package io.millrace.catalog.server.pipeline;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.PipelineTables;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The service principal that pipelines of this process act as. It has no token and no secret:
 * nobody can be it over HTTP unless an admin makes one.
 */
final class PipelinePrincipal {
  private final MetadataStore store;

  PipelinePrincipal(MetadataStore store) {
    this.store = store;
  }

  /**
   * As who pipelines call; made, with what they need in the catalog {@code main}, if it is not
   * there.
   *
   * @throws MillraceException PRINCIPAL_EXISTS if the name is somebody else's; PERMISSION_DENIED if
   *     an admin has disabled it
   */
  Caller caller() {
    Principal principal =
        store
            .state()
            .principal(PipelineCatalog.PRINCIPAL)
            .orElseGet(() -> store.write(PipelinePrincipal::made));
    if (principal.kind() != Principal.Kind.SERVICE_PRINCIPAL) {
      throw new MillraceException(
          ErrorCode.PRINCIPAL_EXISTS,
          "%s is not the service principal that pipelines act as".formatted(principal.name()),
          "give that user or group another name, and start again");
    }
    if (!principal.active()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "the service principal %s is disabled".formatted(principal.name()),
          "activate it: what pipelines do is told to the catalog by it");
    }
    return Caller.local(principal);
  }

  private static Principal made(Transaction in) {
    Optional<Principal> there = in.state().principal(PipelineCatalog.PRINCIPAL);
    if (there.isPresent()) {
      return there.get();
    }
    Principal principal =
        new Principal(
            UUID.randomUUID(),
            Principal.Kind.SERVICE_PRINCIPAL,
            PipelineCatalog.PRINCIPAL,
            "Pipelines of the platform",
            true,
            Optional.empty(),
            in.now(),
            in.now());
    in.apply(new Change.PutPrincipal(principal));
    audit(
        in,
        "createServicePrincipal",
        "service_principal",
        principal.name(),
        Map.of("id", principal.id().toString()));
    grant(in, in.state().metastore(), principal, Set.of(Privilege.CREATE_CATALOG));
    Securable main =
        in.state()
            .find(SecurableType.CATALOG, List.of(PipelineCatalog.CATALOG))
            .orElseGet(() -> catalog(in));
    grant(in, main, principal, PipelineTables.PIPELINES_IN_A_CATALOG);
    return principal;
  }

  private static Securable catalog(Transaction in) {
    Securable made =
        Securable.create(
            SecurableType.CATALOG,
            in.state().metastore().id(),
            PipelineCatalog.CATALOG,
            new Definition.Catalog(Optional.empty()),
            new Securable.Stamp(in.now(), in.state().admins()));
    in.apply(new Change.PutSecurable(made));
    audit(in, "createCatalog", SecurableType.CATALOG.wireName(), made.name(), Map.of());
    Principal admins = in.state().principal(in.state().admins()).orElseThrow();
    grant(in, made, admins, PipelineTables.ADMINS_IN_A_CATALOG);
    return made;
  }

  private static void grant(
      Transaction in, Securable on, Principal principal, Set<Privilege> privileges) {
    Set<Privilege> all = new HashSet<>(in.state().granted(on.id(), principal.id()));
    all.addAll(privileges);
    in.apply(new Change.PutGrant(on.id(), principal.id(), all));
    audit(
        in,
        "updatePermissions",
        on.type().wireName(),
        on.isRoot() ? "" : in.state().fullName(on),
        Map.of(
            "principal",
            principal.name(),
            "add",
            String.join(", ", privileges.stream().map(Privilege::wireName).sorted().toList()),
            "remove",
            ""));
  }

  private static void audit(
      Transaction in, String action, String type, String name, Map<String, String> told) {
    in.audit(
        new AuditEvent(
            in.now(),
            Optional.empty(),
            "operator",
            action,
            type,
            name,
            told,
            AuditEvent.Outcome.DONE,
            "",
            UUID.randomUUID().toString(),
            ""));
  }
}
