using System.Text.Json.Nodes;

namespace Orchestrator.Deployment.Rules;

/// <summary>What is mounted or read is there, or is the operator's and documented as that.</summary>
internal static class ReferenceRules
{
    private const string Secret = "Secret";
    private const string ConfigMap = "ConfigMap";
    private const string Claim = "PersistentVolumeClaim";

    /// <summary>Secrets that nobody may find in a repository.</summary>
    public static readonly IReadOnlyList<string> Given = ["orchestrator-admin", "orchestrator-postgres", "orchestrator-postgres-owner", "orchestrator-tls"];

    public static IEnumerable<string> Violations(Rendering rendering) => rendering.Pods.SelectMany(pod => OfPod(rendering, pod)).Concat(OfIngress(rendering));

    private static IEnumerable<string> OfPod(Rendering rendering, Pod pod)
    {
        foreach (var (kind, name, keys) in pod.Spec.Items("volumes").Select(Source).Concat(pod.Containers.SelectMany(Variables)).OfType<Reference>())
        {
            if (rendering.Find(kind, name) is not { } document)
            {
                if (kind != Secret || !Given.Contains(name))
                {
                    yield return $"{pod.Owner.Title()}: there is no {kind} {name}";
                }

                continue;
            }

            foreach (var key in keys.Where(key => document.At("data")?[key] is null))
            {
                yield return $"{pod.Owner.Title()}: {document.Title()} has no {key}";
            }
        }

        var volumes = pod.Spec.Items("volumes").Concat(pod.Owner.Items("spec/volumeClaimTemplates")).Select(volume => volume.Name()).ToList();
        foreach (var mount in pod.Containers.SelectMany(container => container.Items("volumeMounts")).Where(mount => !volumes.Contains(mount.Name())))
        {
            yield return $"{pod.Owner.Title()}: there is no volume {mount.Name()}";
        }
    }

    private static IEnumerable<string> OfIngress(Rendering rendering) =>
        from ingress in rendering.OfKind("Ingress")
        from tls in ingress.Items("spec/tls")
        where !Given.Contains(tls.Text("secretName")!)
        select $"{ingress.Title()}: there is no {Secret} {tls.Text("secretName")}";

    private static Reference? Source(JsonNode volume)
    {
        if (volume.At("secret") is { } secret)
        {
            return new(Secret, secret.Text("secretName")!, Keys(secret));
        }

        if (volume.At("configMap") is { } configuration)
        {
            return new(ConfigMap, configuration.Name(), Keys(configuration));
        }

        return volume.Text("persistentVolumeClaim/claimName") is { } claim ? new(Claim, claim, []) : null;
    }

    private static IEnumerable<Reference?> Variables(JsonNode container) => container.Items("env")
        .Select(variable => variable.At("valueFrom/secretKeyRef"))
        .Select(reference => reference is null ? null : new Reference(Secret, reference.Name(), [reference.Text("key")!]));

    private static IReadOnlyList<string> Keys(JsonNode source) => [.. source.Items("items").Select(item => item.Text("key")!)];

    private sealed record Reference(string Kind, string Name, IReadOnlyList<string> Keys);
}
