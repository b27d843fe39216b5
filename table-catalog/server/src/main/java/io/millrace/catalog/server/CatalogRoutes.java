package io.millrace.catalog.server;

import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.credential.CredentialVendors;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.principal.PrincipalService;
import io.millrace.catalog.server.principal.token.AccessTokens;
import io.millrace.catalog.server.principal.token.ClientCredentials;
import io.millrace.catalog.server.principal.token.TokenLimits;
import io.millrace.catalog.server.principal.token.TokenService;
import io.millrace.catalog.server.rest.AuditResource;
import io.millrace.catalog.server.rest.CatalogResource;
import io.millrace.catalog.server.rest.FreshnessResource;
import io.millrace.catalog.server.rest.FunctionResource;
import io.millrace.catalog.server.rest.LineageResource;
import io.millrace.catalog.server.rest.ModelResource;
import io.millrace.catalog.server.rest.OAuthResource;
import io.millrace.catalog.server.rest.PermissionResource;
import io.millrace.catalog.server.rest.Route;
import io.millrace.catalog.server.rest.ScimResource;
import io.millrace.catalog.server.rest.StorageResource;
import io.millrace.catalog.server.rest.SystemResource;
import io.millrace.catalog.server.rest.TablePolicyResource;
import io.millrace.catalog.server.rest.TableResource;
import io.millrace.catalog.server.rest.TagResource;
import io.millrace.catalog.server.rest.TemporaryCredentialResource;
import io.millrace.catalog.server.rest.TokenResource;
import io.millrace.catalog.server.rest.VolumeResource;
import io.millrace.catalog.server.service.AccessAnswers;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.ExternalLocations;
import io.millrace.catalog.server.service.Functions;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Models;
import io.millrace.catalog.server.service.Permissions;
import io.millrace.catalog.server.service.SchemaObjects;
import io.millrace.catalog.server.service.StagingTables;
import io.millrace.catalog.server.service.StorageCredentials;
import io.millrace.catalog.server.service.TableConstraints;
import io.millrace.catalog.server.service.TablePolicies;
import io.millrace.catalog.server.service.Tables;
import io.millrace.catalog.server.service.Tags;
import io.millrace.catalog.server.service.TemporaryCredentials;
import io.millrace.catalog.server.service.Volumes;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.system.SystemTables;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

/** The routes that a catalog answers, with the services behind them. */
public final class CatalogRoutes {
  private CatalogRoutes() {}

  /** All of them; each decides by the state as it is when it is called. */
  public static List<Route> of(
      MetadataStore store,
      Gate gate,
      AccessTokens accessTokens,
      SecureRandom random,
      LineageService lineage,
      FreshnessService freshness) {
    Work work = new Work(store, gate);
    StagingTables staging = new StagingTables(work);
    SchemaObjects objects = new SchemaObjects(work);
    PrincipalService principals = new PrincipalService(store, gate);
    TokenService tokens = new TokenService(store, gate, TokenLimits.DEFAULT, random);
    AuditReader auditReader = new AuditReader(store.database().jdbi());
    return Stream.of(
            new CatalogResource(work, new Catalogs(work)).routes(),
            new TableResource(work, new Tables(work), staging).routes(),
            new TablePolicyResource(work, new TablePolicies(work), new TableConstraints(work))
                .routes(),
            new TagResource(new Tags(work)).routes(),
            new VolumeResource(work, new Volumes(work), objects).routes(),
            new FunctionResource(work, new Functions(work), objects).routes(),
            new ModelResource(work, new Models(work), objects).routes(),
            new PermissionResource(new Permissions(work), new AccessAnswers(work)).routes(),
            new StorageResource(work, new ExternalLocations(work), new StorageCredentials(work))
                .routes(),
            new TemporaryCredentialResource(
                    new TemporaryCredentials(work, staging, CredentialVendors.local(work.clock())))
                .routes(),
            new ScimResource(principals).routes(),
            new TokenResource(work, tokens, principals).routes(),
            new OAuthResource(new ClientCredentials(store, accessTokens), accessTokens).routes(),
            new LineageResource(lineage).routes(),
            new AuditResource(work, auditReader).routes(),
            new SystemResource(new SystemTables(store::state, gate, auditReader, lineage)).routes(),
            new FreshnessResource(freshness).routes())
        .flatMap(List::stream)
        .toList();
  }
}
