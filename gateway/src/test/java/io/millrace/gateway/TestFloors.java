package io.millrace.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The floors of the house: what may import what. The gateway stands on top and sees them all. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class TestFloors {

  @ArchTest
  static final ArchRule NOTHING_POINTS_UP =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.millrace..")
          .withOptionalLayers(true)
          .layer("catalog")
          .definedBy(
              "io.millrace.catalog",
              "io.millrace.catalog.access..",
              "io.millrace.catalog.lineage..")
          .layer("catalog server")
          .definedBy("io.millrace.catalog.server..")
          .layer("catalog for Flink")
          .definedBy("io.millrace.catalog.flink..")
          .layer("delta")
          .definedBy("io.millrace.delta..")
          .layer("quality")
          .definedBy("io.millrace.quality..")
          .layer("jobs")
          .definedBy("io.millrace.jobs..")
          .layer("gateway")
          .definedBy("io.millrace.gateway..")
          .whereLayer("catalog")
          .mayNotAccessAnyLayer()
          .whereLayer("catalog server")
          .mayOnlyAccessLayers("catalog")
          .whereLayer("catalog for Flink")
          .mayOnlyAccessLayers("catalog", "delta")
          .whereLayer("delta")
          .mayOnlyAccessLayers("catalog")
          .whereLayer("quality")
          .mayOnlyAccessLayers("catalog")
          .whereLayer("jobs")
          .mayOnlyAccessLayers("catalog", "catalog for Flink", "delta", "quality");

  @ArchTest
  static final ArchRule EVERY_CLASS_STANDS_ON_A_FLOOR =
      classes()
          .should()
          .resideInAnyPackage(
              "io.millrace.catalog..",
              "io.millrace.delta..",
              "io.millrace.quality..",
              "io.millrace.jobs..",
              "io.millrace.gateway..");

  @ArchTest
  static final ArchRule NO_CYCLES_IN_DELTA =
      slices().matching("io.millrace.delta.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule NO_CYCLES_IN_QUALITY =
      slices()
          .matching("io.millrace.quality.(*)..")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NO_CYCLES_IN_JOBS =
      slices().matching("io.millrace.jobs.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_CYCLES_IN_GATEWAY =
      slices().matching("io.millrace.gateway.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ONE_PACKAGE_SEES_KERNELS_INTERNALS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.delta.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.delta.kernel.internal..");

  @ArchTest
  static final ArchRule THE_CATALOG_KNOWS_NO_ENGINE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.millrace.catalog",
              "io.millrace.catalog.access..",
              "io.millrace.catalog.lineage..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.flink..", "io.delta..", "org.apache.kafka..", "java.sql..");

  @ArchTest
  static final ArchRule FEW_PACKAGES_SPEAK_HTTP =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.millrace.gateway.http..",
              "io.millrace.catalog.server.rest..",
              "io.millrace.catalog.flink.rest..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net.http..",
              "com.sun.net.httpserver..",
              "io.javalin..",
              "jakarta.ws.rs..",
              "jakarta.servlet..");

  @ArchTest
  static final ArchRule PACKAGES_ARE_CUT_BY_FEATURE =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..",
              "..utils..",
              "..common..",
              "..impl..",
              "..dto..",
              "..manager..",
              "..helper..",
              "..helpers..");
}
