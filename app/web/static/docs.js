// Starts Swagger UI on the page /docs; a file of its own, since no page may hold a script.
"use strict";

window.addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    // The online validator would be told of the service's address.
    validatorUrl: null,
    supportedSubmitMethods: ["get", "head"],
  });
});
