using System.Text.Json.Nodes;

namespace Orchestrator.Deployment.Rules;

/// <summary>Whoever names pods, ports or other documents finds them.</summary>
internal static class SelectorRules
{
    public static IEnumerable<string> Violations(Rendering rendering) =>
    [
        .. Workloads(rendering), .. Selectors(rendering), .. Ports(rendering), .. Backends(rendering), .. Targets(rendering),
    ];

    private static IEnumerable<string> Workloads(Rendering rendering) =>
        from pod in rendering.Pods
        let selector = pod.Owner.Words("spec/selector/matchLabels")
        where pod.Owner.Kind() != "Job" && (selector.Count == 0 || !selector.All(pod.Labels.Contains))
        select $"{pod.Owner.Title()} does not select its own pods";

    private static IEnumerable<string> Selectors(Rendering rendering) =>
        from document in rendering.Documents
        from labels in Labels(document)
        where !rendering.Selected(labels).Any()
        select $"{document.Title()} selects no pod";

    private static IEnumerable<IReadOnlyDictionary<string, string>> Labels(JsonNode document) => document.Kind() switch
    {
        "Service" => [document.Words("spec/selector")],
        "PodDisruptionBudget" => [document.Words("spec/selector/matchLabels")],
        "NetworkPolicy" => [document.Words("spec/podSelector/matchLabels")],
        _ => document.Items("spec/template/spec/topologySpreadConstraints").Select(spread => spread.Words("labelSelector/matchLabels")),
    };

    private static IEnumerable<string> Ports(Rendering rendering)
    {
        foreach (var pod in rendering.Pods)
        {
            var probed = pod.Containers.SelectMany(container => Probes.Of(container).Select(probe => (Port: probe.Text("httpGet/port"), container)));
            foreach (var (port, _) in probed.Where(probe => probe.Port is not null && !HasPort(probe.container, probe.Port)))
            {
                yield return $"{pod.Owner.Title()}: a probe asks port {port}, which is not there";
            }
        }

        foreach (var service in rendering.OfKind("Service"))
        {
            var containers = rendering.Selected(service.Words("spec/selector")).SelectMany(pod => pod.Containers).ToList();
            foreach (var port in service.Items("spec/ports").Select(port => port.Text("targetPort")).Where(port => !containers.Exists(container => HasPort(container, port))))
            {
                yield return $"{service.Title()}: no pod has port {port}";
            }
        }
    }

    private static IEnumerable<string> Backends(Rendering rendering) =>
        from ingress in rendering.OfKind("Ingress")
        from rule in ingress.Items("spec/rules")
        from path in rule.Items("http/paths")
        let service = rendering.Find("Service", path.Text("backend/service/name"))
        where service is null || !service.Items("spec/ports").Any(port => port.Text("name") == path.Text("backend/service/port/name"))
        select $"{ingress.Title()}: {path.Text("path")} leads to no Service";

    private static IEnumerable<string> Targets(Rendering rendering) =>
    [
        .. rendering.OfKind("HorizontalPodAutoscaler")
            .Where(scaler => rendering.Find(scaler.Text("spec/scaleTargetRef/kind")!, scaler.Text("spec/scaleTargetRef/name")) is not { } target || target.At("spec/replicas") is not null)
            .Select(scaler => $"{scaler.Title()} scales what is not there, or what has a number of its own"),
        .. rendering.OfKind("StatefulSet")
            .Where(set => rendering.Find("Service", set.Text("spec/serviceName")) is null)
            .Select(set => $"{set.Title()} has no Service {set.Text("spec/serviceName")}"),
    ];

    private static bool HasPort(JsonNode container, string? port) =>
        container.Items("ports").Any(own => own.Text("name") == port || own.Text("containerPort") == port);
}
