using System.Xml.Linq;

namespace Orchestrator;

/// <summary>Silo -> Gateway -> Grains.Abstractions &lt;- Grains &lt;- Silo, and the engine below, of which all but Silo see the contracts only.</summary>
public sealed class ArrowTests
{
    private const string Engine = "Orchestrator.LocalEngine";

    // What a cluster's engine has under the same names.
    private static readonly HashSet<string> Contracts = new(StringComparer.Ordinal)
    {
        "AliasAttribute", "AlwaysInterleaveAttribute", "GenerateSerializerAttribute", "IdAttribute", "ImmutableAttribute", "OneWayAttribute",
        "PersistentStateAttribute", "ReentrantAttribute", "DeactivationReason", "DeactivationReasonCode", "Grain", "GrainExtensions", "GrainId",
        "GrainReminderExtensions", "GrainTimerCreationOptions", "IAddressable", "IGrain", "IGrainFactory", "IGrainObserver", "IGrainReminder",
        "IGrainTimer", "IGrainWithStringKey", "IPersistentState`1", "IRemindable", "InconsistentStateException", "TickStatus",
    };

    [Theory]
    [InlineData("LocalEngine", "", false)]
    [InlineData("Grains.Abstractions", "", true)]
    [InlineData("Grains", "Grains.Abstractions", true)]
    [InlineData("Gateway", "Grains.Abstractions", true)]
    [InlineData("Silo", "Gateway Grains", true)]
    public void A_project_refers_to_these_and_no_others(string project, string references, bool usesGrains)
    {
        var file = XDocument.Load(Repository.Find($"src/{project}/{project}.csproj"));
        file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .Order(StringComparer.Ordinal)
            .ShouldBe(references.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        (file.Descendants("UsesGrains").SingleOrDefault()?.Value == "true").ShouldBe(usesGrains);
    }

    [Fact]
    public void There_are_no_other_projects_of_the_product() => Directory.EnumerateDirectories(Repository.Find("src"))
        .Select(Path.GetFileName)
        .Order(StringComparer.Ordinal)
        .ShouldBe(["Gateway", "Grains", "Grains.Abstractions", "LocalEngine", "Silo"]);

    [Fact]
    public void The_gateway_knows_no_behaviour_and_the_grains_know_no_edge()
    {
        House.References(House.Gateway).ShouldNotContain("Orchestrator.Grains");
        House.References(House.Grains).ShouldNotContain("Orchestrator.Gateway");
        House.References(House.Abstractions).Where(IsOurs).ShouldBeSubsetOf([Engine]);
        House.References(House.Grains).ShouldNotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        House.References(House.Abstractions).ShouldNotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_silo_knows_a_database()
    {
        foreach (var assembly in new[] { House.Abstractions, House.Grains, House.Gateway })
        {
            House.References(assembly).ShouldNotContain(
                name => name.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) || name.StartsWith("SQLitePCL", StringComparison.Ordinal)
                    || name.StartsWith("Npgsql", StringComparison.Ordinal) || name == "System.Data.Common",
                assembly.GetName().Name);
        }

        House.References(House.Silo).ShouldContain("Microsoft.Data.Sqlite");
    }

    [Fact]
    public void Of_the_engine_only_its_contracts_are_used()
    {
        foreach (var assembly in new[] { House.Abstractions, House.Grains, House.Gateway })
        {
            House.TypesUsed(assembly, Engine).Where(type => !Contracts.Contains(type)).ShouldBeEmpty(assembly.GetName().Name);
        }

        House.TypesUsed(House.Grains, Engine).ShouldContain("Grain", "the check looks where it should");
    }

    [Theory]
    [InlineData("Grains.Abstractions")]
    [InlineData("Grains")]
    [InlineData("Gateway")]
    public void No_source_names_an_engine(string project)
    {
        foreach (var (path, text) in House.Sources(project))
        {
            text.Contains("using Orleans", StringComparison.Ordinal).ShouldBeFalse(path);
            text.Contains("using Orchestrator.LocalEngine", StringComparison.Ordinal).ShouldBeFalse(path);
            text.Contains("ENGINE_ORLEANS", StringComparison.Ordinal).ShouldBeFalse(path);
        }
    }

    private static bool IsOurs(string assembly) => assembly.StartsWith(House.Name, StringComparison.Ordinal);
}
