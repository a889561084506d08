using System.Text.Json.Nodes;

namespace Orchestrator.Deployment;

/// <summary>Ways through a document. What is not there is null or empty, as with Kubernetes itself.</summary>
internal static class Walk
{
    /// <summary>What lies at a path of names with '/' between them.</summary>
    public static JsonNode? At(this JsonNode? node, string path) =>
        path.Split('/').Aggregate(node, static (at, name) => (at as JsonObject)?[name]);

    public static string? Text(this JsonNode? node, string path) => node.At(path)?.ToString();

    public static IEnumerable<JsonNode> Items(this JsonNode? node, string path) => (node.At(path) as JsonArray ?? []).Select(item => item!);

    public static IEnumerable<string> Texts(this JsonNode? node, string path) => node.Items(path).Select(item => item.ToString());

    public static IReadOnlyDictionary<string, string> Words(this JsonNode? node, string path) =>
        (node.At(path) as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal);

    public static string Kind(this JsonNode document) => document.Text("kind")!;

    public static string Name(this JsonNode node) => node.Text("metadata/name") ?? node.Text("name")!;

    /// <summary>How an operator calls it.</summary>
    public static string Title(this JsonNode document) => $"{document.Kind()} {document.Name()}";
}
