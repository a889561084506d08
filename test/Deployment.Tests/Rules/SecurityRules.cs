using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Deployment.Rules;

/// <summary>A pod may do what it needs and no more, and is the one that was meant.</summary>
internal static partial class SecurityRules
{
    public static IEnumerable<string> Violations(Rendering rendering) => rendering.Pods.SelectMany(pod =>
        OfPod(pod.Spec).Concat(pod.Containers.SelectMany(OfContainer)).Select(violation => $"{pod.Owner.Title()}: {violation}"));

    /// <summary>Whether an image is one version, and stays so but for its repairs.</summary>
    public static bool IsPinned(string? image) => image is not null && PinnedImage().IsMatch(image);

    private static IEnumerable<string> OfPod(JsonNode spec)
    {
        var isUser = long.TryParse(spec.Text("securityContext/runAsUser"), CultureInfo.InvariantCulture, out var user) && user > 0;
        return Wrong(
            (spec.Text("securityContext/runAsNonRoot") == "true" && isUser, "it may run as root"),
            (spec.Text("securityContext/seccompProfile/type") == "RuntimeDefault", "it may call the kernel as it likes"),
            (spec.Text("automountServiceAccountToken") == "false", "it is given a token of the cluster"));
    }

    private static IEnumerable<string> OfContainer(JsonNode container)
    {
        var context = container.At("securityContext");
        return Wrong(
            (context.At("runAsUser") is null && context.At("runAsNonRoot") is null, "a container has a user of its own"),
            (context.Text("readOnlyRootFilesystem") == "true", "its root file system is writable"),
            (context.Text("allowPrivilegeEscalation") == "false", "it may gain privileges"),
            (context.Texts("capabilities/drop").SequenceEqual(["ALL"]) && context.At("capabilities/add") is null, "it has capabilities"),
            (container.At("resources/limits/memory") is not null && container.At("resources/requests") is not null, "its memory has no limit or nothing is reserved for it"),
            (IsPinned(container.Text("image")), $"the image {container.Text("image")} is not pinned"),
            (!container.Items("env").Any(IsOpenSecret), "a password stands where everybody reads it"));
    }

    private static bool IsOpenSecret(JsonNode variable) =>
        variable.At("value") is not null && variable.Name().EndsWith("PASSWORD", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Wrong(params IEnumerable<(bool IsRight, string Otherwise)> demands) =>
        demands.Where(demand => !demand.IsRight).Select(demand => demand.Otherwise);

    [GeneratedRegex(@":\d+\.\d+[\w.-]*$")]
    private static partial Regex PinnedImage();
}
