using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Deployment.Rules;
using Orchestrator.Hosting;

namespace Orchestrator.Deployment;

/// <summary>The addresses that tell how the program is, and the question of the image, which is a line of bash.</summary>
public sealed class HealthTests
{
    private const string Port = "8090";

    [Fact]
    public async Task The_program_answers_where_it_is_asked()
    {
        var data = Directory.CreateTempSubdirectory("orchestrator-");
        try
        {
            var options = new StartOptions("http://127.0.0.1:0", data.FullName, null) { AddLog = static logging => logging.ClearProviders() };
            await using var host = await OrchestratorHost.Start(options, TestContext.Current.CancellationToken);
            using var client = new HttpClient { BaseAddress = new Uri(host.Addresses.Single()) };
            foreach (var path in ProgramRules.Health)
            {
                (await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
            }

            (await client.GetAsync(new Uri("/healthz", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound, "an address that is none is told from these");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(StatusCodes.Status200OK, true)]
    [InlineData(StatusCodes.Status503ServiceUnavailable, false)]
    public async Task The_image_asks_whether_it_is_ready(int answer, bool isHealthy)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/health/ready", () => Results.StatusCode(answer));
        await app.StartAsync(TestContext.Current.CancellationToken);
        (await Ask(new Uri(app.Urls.Single()).Port) == 0).ShouldBe(isHealthy);
    }

    [Fact]
    public async Task Nobody_there_is_not_healthy()
    {
        using var taken = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (await Ask(((IPEndPoint)taken.LocalEndPoint!).Port)).ShouldNotBe(0);
    }

    private static async Task<int> Ask(int port)
    {
        var instruction = Dockerfile.Read().Last.Single(instruction => instruction.Name == "HEALTHCHECK").Text;
        var words = JsonSerializer.Deserialize<string[]>(instruction[instruction.IndexOf('[', StringComparison.Ordinal)..])!;
        words[^1].ShouldContain($"/{Port} ");
        var asked = await ProgramRun.Of(words[0], words[1..].Select(word => word.Replace(Port, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        return asked.ExitCode;
    }
}
