using System.Text.Json.Nodes;

namespace Orchestrator.Deployment.Rules;

/// <summary>What a container is asked, to know how it is.</summary>
internal static class Probes
{
    public static IEnumerable<JsonNode> Of(JsonNode container) =>
        new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Select(name => container.At(name)).OfType<JsonNode>();
}
