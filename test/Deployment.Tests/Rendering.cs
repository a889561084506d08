using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Orchestrator.Deployment;

/// <summary>What would be given to a cluster.</summary>
internal sealed record Rendering(IReadOnlyList<JsonNode> Documents)
{
    /// <summary>All options together; no overlay has them all.</summary>
    public const string Everything = "test/Deployment.Tests/everything";

    private static readonly ConcurrentDictionary<string, Task<string>> Texts = new(StringComparer.Ordinal);

    /// <summary>All that there is to render.</summary>
    public static IEnumerable<string> Kustomizations =>
    [
        .. Directory.EnumerateDirectories(Repository.Find("k8s/overlays")).Select(path => $"k8s/overlays/{Path.GetFileName(path)}").Order(StringComparer.Ordinal), Everything,
    ];

    /// <summary>The pods that it asks for.</summary>
    public IEnumerable<Pod> Pods => Documents
        .Where(document => document.At("spec/template/spec/containers") is not null)
        .Select(document => new Pod(document, document.At("spec/template")!));

    /// <summary>A rendering of one's own, that may be spoiled.</summary>
    public static async Task<Rendering> Of(string kustomization)
    {
        await Kubectl.Demand();
        return new(Yaml.Read(await Texts.GetOrAdd(kustomization, static path => Kubectl.Run("kustomize", Repository.Find(path)))));
    }

    public IEnumerable<JsonNode> OfKind(string kind) => Documents.Where(document => document.Kind() == kind);

    public JsonNode? Find(string kind, string? name) => OfKind(kind).FirstOrDefault(document => document.Name() == name);

    /// <summary>The pods that a selector finds.</summary>
    public IEnumerable<Pod> Selected(IReadOnlyDictionary<string, string> labels) => Pods.Where(pod => labels.All(pod.Labels.Contains));
}

/// <summary>A pod as a Deployment, a StatefulSet or a Job describes it.</summary>
internal sealed record Pod(JsonNode Owner, JsonNode Template)
{
    public IReadOnlyDictionary<string, string> Labels => Template.Words("metadata/labels");

    public JsonNode Spec => Template.At("spec")!;

    public IEnumerable<JsonNode> Containers => Spec.Items("initContainers").Concat(Spec.Items("containers"));

    /// <summary>Those that run our program.</summary>
    public IEnumerable<JsonNode> Programs => Containers.Where(container => container.Text("image")!.Contains("/orchestrator:", StringComparison.Ordinal));
}
