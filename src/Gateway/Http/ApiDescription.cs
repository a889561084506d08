using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Orchestrator.Api;
using Orchestrator.Security;

namespace Orchestrator.Http;

/// <summary>What the OpenApi document says beyond the routes: name and version, the token, and that every error has the same body.</summary>
internal static class ApiDescription
{
    private const string ErrorSchema = nameof(HttpError);

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static async (document, context, cancellationToken) =>
        {
            document.Info.Title = "Orchestrator";
            document.Info.Version = SystemCommands.Version.OrchestratorVersion;
            document.Components ??= new OpenApiComponents();
            document.AddComponent(ErrorSchema, await context.GetOrCreateSchemaAsync(typeof(HttpError), null, cancellationToken));
            document.AddComponent<IOpenApiSecurityScheme>(
                BearerHandler.SchemeName, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" });
        });
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            // An id is written by a converter of its own, which the schema cannot look into.
            var type = context.JsonTypeInfo.Type;
            if (type.GetInterfaces().Any(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>)))
            {
                schema.Type = JsonSchemaType.String;
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            operation.Responses ??= [];
            operation.Responses["default"] = Error(context.Document!);
            if (context.Description.ActionDescriptor.EndpointMetadata.Any(static m => m is IAuthorizeData or TokenNeeded))
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerHandler.SchemeName, context.Document)] = [] }];
            }

            return Task.CompletedTask;
        });
    }

    private static OpenApiResponse Error(OpenApiDocument document) => new()
    {
        Description = "Refused, with a code and a sentence; 'retry' says whether the same request may succeed later.",
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(ErrorSchema, document) },
        },
    };
}
