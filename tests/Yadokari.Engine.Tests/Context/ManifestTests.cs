using System.Reflection;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;
using Yadokari.Engine.Image;

namespace Yadokari.Engine.Tests.Context;

public class ManifestTests
{
    /// <summary>What is null is left out of the manifest, so it must not be missed when that is read.</summary>
    [Fact]
    public void Nothing_that_may_be_null_is_required()
    {
        NullabilityInfoContext nullability = new();
        PropertyInfo[] required = [.. typeof(ProcessImage).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Image", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties())
            .Where(property => property.GetCustomAttribute<RequiredMemberAttribute>() is not null)];

        required.Length.ShouldBeGreaterThan(50);
        required.Where(property => nullability.Create(property).WriteState == NullabilityState.Nullable)
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .ShouldBeEmpty();
    }
}
