using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Deployment;

/// <summary>Reads YAML as the JSON that it stands for, which is easy to walk and to spoil.</summary>
internal static class Yaml
{
    private const string Merge = "<<";

    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Json(document.RootNode)!)];
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => Json(mapping),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } word => Plain(word.Value ?? ""),
        YamlScalarNode word => JsonValue.Create(word.Value),
        _ => throw new InvalidDataException($"{node.NodeType} at {node.Start}"),
    };

    // What is merged in counts less than what stands there.
    private static JsonObject Json(YamlMappingNode mapping)
    {
        var json = new JsonObject();
        foreach (var (key, value) in mapping.Children.OrderBy(pair => Name(pair.Key) == Merge ? 0 : 1))
        {
            if (Name(key) != Merge)
            {
                json[Name(key)] = Json(value);
                continue;
            }

            foreach (var (name, merged) in Json((YamlMappingNode)value))
            {
                json[name] = merged?.DeepClone();
            }
        }

        return json;
    }

    private static string Name(YamlNode key) => ((YamlScalarNode)key).Value!;

    private static JsonValue? Plain(string word) => word switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(word),
    };
}
