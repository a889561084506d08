using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Storage;
using Orchestrator.Storage.Postgres;

namespace Orchestrator.Deployment.Rules;

/// <summary>A PostgreSQL that is deployed along has connections for all who come.</summary>
internal static class DatabaseRules
{
    private const string Image = "postgres:";
    private const string Setting = "max_connections=";

    // superuser_reserved_connections, as PostgreSQL has it by default.
    private const int Reserved = 3;

    public static IEnumerable<string> Violations(Rendering rendering) =>
        from container in rendering.Pods.SelectMany(static pod => pod.Containers)
        where IsDatabase(container)
        let needed = Needed(SilosMax(rendering), rendering.OfKind("Job").Count())
        where Given(container.Texts("args")) < needed
        select $"the database has fewer than {needed} connections";

    public static bool IsDatabase(JsonNode container) => container.Text("image")!.StartsWith(Image, StringComparison.Ordinal);

    /// <summary>What a database needs for so many silos at once, and for jobs beside them, which are no silos but take no more.</summary>
    public static int Needed(int silos, int jobs) => ((silos + jobs) * PostgresSource.ConnectionsOfSilo(new StorageOptions())) + Reserved;

    /// <summary>What it is started with; 0 when that is not said.</summary>
    public static int Given(IEnumerable<string> arguments) => arguments
        .Where(static argument => argument.StartsWith(Setting, StringComparison.Ordinal))
        .Select(static argument => int.Parse(argument[Setting.Length..], CultureInfo.InvariantCulture))
        .LastOrDefault();

    // Those that a new version starts before old ones go, count too.
    private static int SilosMax(Rendering rendering)
    {
        var silos = rendering.Find("Deployment", "orchestrator");
        var most = rendering.Find("HorizontalPodAutoscaler", "orchestrator").Text("spec/maxReplicas") ?? silos.Text("spec/replicas");
        return int.Parse(most!, CultureInfo.InvariantCulture) + int.Parse(silos.Text("spec/strategy/rollingUpdate/maxSurge")!, CultureInfo.InvariantCulture);
    }
}
