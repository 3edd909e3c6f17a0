"""Go templates (text/template of Go 1.24)."""

from meshctl.inject.go_template.errors import TemplateError as TemplateError
from meshctl.inject.go_template.template import Template as Template
from meshctl.inject.go_template.values import FieldError as FieldError
