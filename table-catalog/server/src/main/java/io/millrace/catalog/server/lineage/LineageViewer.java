package io.millrace.catalog.server.lineage;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one viewer may see of one graph.
 *
 * <p>A securable is seen by who may DESCRIBE it; one that is gone, by metastore admins. A dataset
 * outside is seen by who told of it, by who sees a securable that is made from it or of it, and by
 * metastore admins; not if it lies in the place of a securable that the viewer does not see. A job
 * is seen with both of what it joins. For one query, by one thread.
 */
final class LineageViewer {
  private static final int OPAQUE_BYTES = 16;

  private final LineageGraph graph;
  private final CatalogState catalog;
  private final Gate gate;
  private final Caller viewer;
  private final byte[] secret;
  private final Instant now;
  private final LineageSettings settings;
  private final boolean admin;
  private final Map<UUID, Boolean> seen = new HashMap<>();
  private final Map<LineageEdge.Key, Boolean> described = new HashMap<>();
  private final Map<NodeKey, LineageNode> nodes = new HashMap<>();

  LineageViewer(
      LineageStore store, LineageGraph graph, CatalogState catalog, Gate gate, Caller viewer) {
    this.graph = graph;
    this.catalog = catalog;
    this.gate = gate;
    this.viewer = viewer;
    this.secret = store.secret();
    this.settings = store.settings();
    this.now = store.now();
    this.admin = gate.allows(catalog, viewer, Action.READ_AUDIT, catalog.metastore());
  }

  boolean sees(UUID dataset) {
    Boolean known = seen.get(dataset);
    if (known == null) {
      known = decide(dataset);
      seen.put(dataset, known);
    }
    return known;
  }

  private boolean decide(UUID dataset) {
    Optional<Securable> securable = catalog.find(dataset);
    if (securable.isPresent()) {
      return gate.allows(catalog, viewer, Action.DESCRIBE, securable.get());
    }
    if (admin) {
      return true;
    }
    Optional<DatasetRef> ref = graph.dataset(dataset).map(LineageDataset::ref);
    if (ref.isEmpty() || !(ref.get() instanceof DatasetRef.Outside outside)) {
      return false;
    }
    Optional<Securable> place = DatasetNames.location(outside).flatMap(catalog::atOrAbove);
    if (place.isPresent() && !gate.allows(catalog, viewer, Action.DESCRIBE, place.get())) {
      return false;
    }
    return graph.from(dataset).stream()
            .anyMatch(
                edge -> isMine(edge) || edge.key().target().filter(this::seesNext).isPresent())
        || graph.into(dataset).stream()
            .anyMatch(edge -> isMine(edge) || seesNext(edge.key().source()));
  }

  private boolean isMine(LineageEdge edge) {
    return graph
        .job(edge.key().job())
        .filter(job -> job.reporter().equals(viewer.principal()))
        .isPresent();
  }

  /** Sees a securable beside a dataset that is none; two of the latter do not show each other. */
  private boolean seesNext(UUID dataset) {
    return catalog.find(dataset).isPresent() && sees(dataset);
  }

  LineageNode node(UUID dataset, String column) {
    return nodes.computeIfAbsent(NodeKey.of(dataset, column), key -> describe(dataset, column));
  }

  private LineageNode describe(UUID dataset, String column) {
    if (!sees(dataset)) {
      return new LineageNode(
          opaque(NodeKey.of(dataset, column)),
          LineageNode.Type.RESTRICTED,
          Optional.empty(),
          "",
          "",
          Optional.empty());
    }
    String id = column.isEmpty() ? dataset.toString() : dataset + "#" + CatalogState.folded(column);
    Optional<Securable> securable = catalog.find(dataset);
    if (securable.isPresent()) {
      Securable found = securable.get();
      return new LineageNode(
          id,
          type(found),
          Optional.empty(),
          catalog.fullName(found),
          column,
          catalog.principal(found.owner()).map(Principal::name));
    }
    LineageDataset known = graph.dataset(dataset).orElseThrow();
    if (known.ref() instanceof DatasetRef.Outside outside) {
      return new LineageNode(
          id,
          LineageNode.Type.EXTERNAL,
          Optional.of(outside.namespace()),
          outside.name(),
          column,
          Optional.empty());
    }
    return new LineageNode(
        id, LineageNode.Type.DROPPED, Optional.empty(), known.lastName(), column, Optional.empty());
  }

  static LineageNode.Type type(Securable securable) {
    if (securable.definition() instanceof Definition.Table table) {
      return switch (table.tableType()) {
        case MANAGED, EXTERNAL -> LineageNode.Type.TABLE;
        case VIEW -> LineageNode.Type.VIEW;
        case MATERIALIZED_VIEW -> LineageNode.Type.MATERIALIZED_VIEW;
        case STREAMING_TABLE -> LineageNode.Type.STREAMING_TABLE;
      };
    }
    return securable.type() == SecurableType.VOLUME
        ? LineageNode.Type.VOLUME
        : LineageNode.Type.MODEL;
  }

  private String opaque(NodeKey key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] hash =
          mac.doFinal(
              (viewer.principal() + " " + key.dataset() + " " + key.column())
                  .getBytes(StandardCharsets.UTF_8));
      return "restricted-" + HexFormat.of().formatHex(Arrays.copyOf(hash, OPAQUE_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  LineageLink link(LineageEdge edge) {
    LineageEdge.Key key = edge.key();
    UUID target = key.target().orElseThrow();
    return new LineageLink(
        node(key.source(), key.sourceColumn()).id(),
        node(target, key.targetColumn()).id(),
        key.kind(),
        key.subtype(),
        seesAllSources(key, target) ? edge.description() : "",
        edge.masking(),
        seesJob(edge) ? graph.job(key.job()).map(job -> job(job, edge.run())) : Optional.empty(),
        edge.firstSeen(),
        graph.lastSeen(edge),
        edge.ended());
  }

  /** An expression may name columns of everything that its statement reads. */
  private boolean seesAllSources(LineageEdge.Key key, UUID target) {
    LineageEdge.Key whole =
        new LineageEdge.Key(
            key.job(), target, "", Optional.of(target), "", Transformation.Kind.DIRECT, "");
    return described.computeIfAbsent(
        whole,
        unused ->
            graph.into(target).stream()
                .filter(each -> each.key().job().equals(key.job()))
                .map(each -> each.key().source())
                .distinct()
                .toList()
                .stream()
                .allMatch(this::sees));
  }

  boolean seesJob(LineageEdge edge) {
    return sees(edge.key().source()) && edge.key().target().filter(id -> !sees(id)).isEmpty();
  }

  /** A job, with a run of it if that is known. */
  LineageJobView job(LineageJob job, Optional<UUID> runId) {
    Optional<LineageRun> run = runId.flatMap(graph::run);
    return new LineageJobView(
        job.id(),
        job.namespace(),
        job.name(),
        job.kind(),
        job.streaming(),
        catalog.principal(job.reporter()).map(Principal::name),
        run.map(LineageRun::externalId),
        run.map(LineageRun::statement).filter(statement -> !statement.isEmpty()),
        run.map(LineageRun::state),
        run.filter(this::isRunning).isPresent(),
        run.map(LineageRun::started),
        run.map(LineageRun::updated),
        run.flatMap(LineageRun::ended),
        run.flatMap(LineageRun::epoch));
  }

  boolean isRunning(LineageRun run) {
    return run.isRunning(now, settings.silence());
  }
}
