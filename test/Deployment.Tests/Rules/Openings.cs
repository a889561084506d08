using System.Text.Json.Nodes;

namespace Orchestrator.Deployment.Rules;

/// <summary>What NetworkPolicies let pass, a line for each way.</summary>
internal static class Openings
{
    public static IEnumerable<string> Of(Rendering rendering) => rendering.OfKind("NetworkPolicy").SelectMany(OfPolicy).Order(StringComparer.Ordinal);

    private static IEnumerable<string> OfPolicy(JsonNode policy)
    {
        var pods = Pods(policy.At("spec/podSelector"));
        var rules = policy.Items("spec/ingress").SelectMany(rule => OfRule(rule, "from", $"{pods} <-"))
            .Concat(policy.Items("spec/egress").SelectMany(rule => OfRule(rule, "to", $"{pods} ->")))
            .ToList();
        return rules.Count > 0 ? rules : [$"{pods}: nothing ({string.Join(", ", policy.Texts("spec/policyTypes"))})"];
    }

    private static IEnumerable<string> OfRule(JsonNode rule, string peers, string way) =>
        from peer in rule.Items(peers).Select(Peer).DefaultIfEmpty("anybody")
        from port in rule.Items("ports").Select(port => $"{port.Text("protocol")} {port.Text("port")}").DefaultIfEmpty("all ports")
        select $"{way} {peer} {port}";

    private static string Peer(JsonNode peer) => (peer.At("namespaceSelector"), peer.At("podSelector")) switch
    {
        ({ } space, { } pods) => $"{Space(space)}/{Pods(pods)}",
        ({ } space, null) => $"{Space(space)}/everybody",
        (null, { } pods) => Pods(pods),
        _ => peer.ToJsonString(),
    };

    private static string Space(JsonNode selector) => selector.Words("matchLabels").GetValueOrDefault("kubernetes.io/metadata.name", "every namespace");

    private static string Pods(JsonNode? selector) => selector.Words("matchLabels").Values.SingleOrDefault("everybody");
}
