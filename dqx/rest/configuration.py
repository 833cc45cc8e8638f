"""What Django REST framework and drf-spectacular are told; the settings take it from here."""

FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "dqx.rest.refusals.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "DEFAULT_SCHEMA_CLASS": "dqx.rest.openapi.Schema",
}
DESCRIPTION = {
    "TITLE": "DQX",
    "DESCRIPTION": "Find bad rows with SQL, review them as a diff, publish them to one trusted table.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["dqx.rest.openapi.one_form"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Where several have fields of one name.
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "scripts_app.models.Run.Kind",
        "StatusEnum": "scripts_app.models.Run.Status",
        "ChannelKindEnum": "scripts_app.models.Channel.Kind",
        "MessageStatusEnum": "scripts_app.models.Message.Status",
        "TroubleEnum": "scripts_app.models.Trouble",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
}
