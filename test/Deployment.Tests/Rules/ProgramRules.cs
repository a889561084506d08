using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Hosting;

namespace Orchestrator.Deployment.Rules;

/// <summary>The program is started as it wants to be: with arguments, settings and patience that it knows.</summary>
internal static class ProgramRules
{
    // To send what telemetry has left, and to close the store.
    private const int EndSeconds = 15;
    private const string ClusterOption = "--cluster";
    private const string ClusterAddress = "ORCHESTRATOR_Cluster__Address";
    private const string PodAddress = "10.0.0.1";

    /// <summary>How long a silo may take to hand over what it holds, and to end.</summary>
    public static readonly int StopSeconds = (int)OrchestratorHost.ClusterShutdownMax.TotalSeconds + EndSeconds;

    /// <summary>Addresses that tell how the program is; a test asks a running one for them.</summary>
    public static readonly IReadOnlyList<string> Health = ["/health/live", "/health/ready"];

    public static IEnumerable<string> Violations(Rendering rendering) =>
        from pod in rendering.Pods
        from container in pod.Programs
        from violation in OfContainer(rendering, pod, container)
        select $"{pod.Owner.Title()}: {violation}";

    private static IEnumerable<string> OfContainer(Rendering rendering, Pod pod, JsonNode container) =>
    [
        .. ProgramStart.Arguments(container.Texts("args")),
        .. ProgramStart.Environment(Variables(container), Configuration(rendering, pod)),
        .. Probes.Of(container).Select(probe => probe.Text("httpGet/path")!).Where(path => !Health.Contains(path)).Select(path => $"{path} is no address of the program"),
        .. Serves(pod) ? Patience(pod, container) : [],
        .. IsReached(container) ? Array.Empty<string>() : ["other silos cannot reach it"],
        .. pod.Spec.Text("enableServiceLinks") == "false" ? Array.Empty<string>() : ["variables of Services would be taken for settings"],
    ];

    private static IEnumerable<string> Patience(Pod pod, JsonNode container)
    {
        var pause = int.Parse(container.Texts("lifecycle/preStop/exec/command").LastOrDefault("0"), CultureInfo.InvariantCulture);
        if (pause == 0 || int.Parse(pod.Spec.Text("terminationGracePeriodSeconds") ?? "30", CultureInfo.InvariantCulture) < pause + StopSeconds)
        {
            yield return $"it has less than {StopSeconds} s to stop, or stops before proxies know";
        }

        if (Probes.Of(container).Count() != 3)
        {
            yield return "it is not asked how it is";
        }
    }

    private static bool Serves(Pod pod) => pod.Owner.Kind() != "Job";

    // By itself a silo is this machine's alone.
    private static bool IsReached(JsonNode container) => !container.Texts("args").Contains(ClusterOption)
        || (Variables(container).TryGetValue(ClusterAddress, out var address) && !(IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip)));

    private static Dictionary<string, string> Variables(JsonNode container) =>
        container.Items("env").ToDictionary(variable => variable.Name(), variable => variable.Text("value") ?? FilledIn(variable), StringComparer.Ordinal);

    // But for an address, what the cluster fills in is one word as good as another.
    private static string FilledIn(JsonNode variable) => variable.Text("valueFrom/fieldRef/fieldPath") == "status.podIP" ? PodAddress : "filled-in";

    private static string? Configuration(Rendering rendering, Pod pod) => pod.Spec.Items("volumes")
        .Select(volume => volume.Text("configMap/name"))
        .Where(name => name is not null)
        .Select(name => rendering.Find("ConfigMap", name)?.At("data")?["orchestrator.json"]?.ToString())
        .FirstOrDefault();
}
