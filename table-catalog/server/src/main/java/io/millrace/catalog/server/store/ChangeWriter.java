package io.millrace.catalog.server.store;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Writes changes into the tables, within a transaction. */
final class ChangeWriter {
  private final Handle handle;

  ChangeWriter(Handle handle) {
    this.handle = handle;
  }

  void write(Change change) {
    if (change instanceof Change.PutSecurable put) {
      write(put.securable());
    } else if (change instanceof Change.DropSecurable drop) {
      handle.execute("DELETE FROM permission WHERE securable = ?", drop.securable());
      handle.execute("DELETE FROM securable WHERE id = ?", drop.securable());
    } else if (change instanceof Change.PutGrant put) {
      write(put.securable(), put.principal(), put.privileges());
    } else if (change instanceof Change.PutPrincipal put) {
      write(put.principal());
    } else if (change instanceof Change.DropPrincipal drop) {
      drop(drop.principal());
    } else if (change instanceof Change.PutMember put) {
      handle.execute(
          "DELETE FROM membership WHERE group_id = ? AND member = ?", put.group(), put.member());
      handle.execute(
          "INSERT INTO membership (group_id, member) VALUES (?, ?)", put.group(), put.member());
    } else if (change instanceof Change.DropMember drop) {
      handle.execute(
          "DELETE FROM membership WHERE group_id = ? AND member = ?", drop.group(), drop.member());
    } else if (change instanceof Change.PutToken put) {
      write(put.token());
    } else if (change instanceof Change.DropToken drop) {
      handle.execute("DELETE FROM token WHERE id = ?", drop.token());
    } else {
      throw new IllegalArgumentException("unknown change " + change);
    }
  }

  private void write(Securable securable) {
    String name = CatalogState.folded(securable.name());
    String location = securable.definition().ownLocation().orElse(null);
    String body = CatalogJson.text(securable);
    int known =
        handle.execute(
            "UPDATE securable SET parent = ?, folded_name = ?, location = ?, body = ? WHERE id = ?",
            securable.parent(),
            name,
            location,
            body,
            securable.id());
    if (known == 0) {
      handle.execute(
          "INSERT INTO securable (id, parent, type, folded_name, location, body)"
              + " VALUES (?, ?, ?, ?, ?, ?)",
          securable.id(),
          securable.parent(),
          securable.type().name(),
          name,
          location,
          body);
    }
  }

  private void write(UUID securable, UUID principal, Set<Privilege> privileges) {
    handle.execute(
        "DELETE FROM permission WHERE securable = ? AND principal = ?", securable, principal);
    if (!privileges.isEmpty()) {
      handle.execute(
          "INSERT INTO permission (securable, principal, privileges) VALUES (?, ?, ?)",
          securable,
          principal,
          new TreeSet<>(privileges).stream().map(Enum::name).collect(Collectors.joining(",")));
    }
  }

  private void write(Principal principal) {
    String name = CatalogState.folded(principal.name());
    String body = CatalogJson.text(principal);
    int known =
        handle.execute(
            "UPDATE principal SET folded_name = ?, body = ? WHERE id = ?",
            name,
            body,
            principal.id());
    if (known == 0) {
      handle.execute(
          "INSERT INTO principal (id, folded_name, body) VALUES (?, ?, ?)",
          principal.id(),
          name,
          body);
    }
  }

  private void drop(UUID principal) {
    handle.execute("DELETE FROM permission WHERE principal = ?", principal);
    handle.execute("DELETE FROM membership WHERE member = ? OR group_id = ?", principal, principal);
    handle.execute("DELETE FROM token WHERE principal = ?", principal);
    handle.execute("DELETE FROM principal WHERE id = ?", principal);
  }

  private void write(Token token) {
    handle.execute("DELETE FROM token WHERE id = ?", token.id());
    handle.execute(
        "INSERT INTO token (id, principal, hash, body) VALUES (?, ?, ?, ?)",
        token.id(),
        token.principal(),
        token.hash(),
        CatalogJson.text(token));
  }

  /** Leaves what was done for other instances to follow. */
  void log(long version, Instant at, List<Change> changes) {
    handle.execute(
        "INSERT INTO catalog_change (version, made_at, changes) VALUES (?, ?, ?)",
        version,
        OffsetDateTime.ofInstant(at, ZoneOffset.UTC),
        CatalogJson.text(changes));
    handle.execute("UPDATE catalog_version SET version = ? WHERE id = 1", version);
  }

  void audit(AuditEvent event) {
    handle.execute(
        "INSERT INTO audit_event (at, principal, principal_name, action, securable_type,"
            + " full_name, parameters, outcome, reason, request_id, source_address)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        OffsetDateTime.ofInstant(event.at(), ZoneOffset.UTC),
        event.principal().orElse(null),
        fitting(event.principalName(), 1024),
        fitting(event.action(), 128),
        fitting(event.securableType(), 32),
        fitting(event.fullName(), 4096),
        CatalogJson.text(event.parameters()),
        event.outcome().name(),
        fitting(event.reason(), 4096),
        fitting(event.requestId(), 64),
        fitting(event.sourceAddress(), 128));
  }

  /**
   * What a column takes of a text from outside: nobody escapes the log by asking for something with
   * a long name, or one with characters that PostgreSQL does not store.
   */
  private static String fitting(String text, int length) {
    String stored = text.replace('\0', '\uFFFD');
    if (stored.length() <= length) {
      return stored;
    }
    int end = Character.isHighSurrogate(stored.charAt(length - 1)) ? length - 1 : length;
    return stored.substring(0, end);
  }
}
